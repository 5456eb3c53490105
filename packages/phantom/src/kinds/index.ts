import type { KindDefinition } from '../plan.ts'
import { ct } from './ct.ts'
import { dx } from './dx.ts'
import { ecg, generalEcg } from './ecg.ts'
import { enhancedSr } from './enhanced-sr.ts'
import { mr } from './mr.ts'
import { pdf } from './pdf.ts'
import { sr } from './sr.ts'
import { tiny } from './tiny.ts'
import { us, usYbr } from './us.ts'

export const kindDefinitions = {
  ct,
  mr,
  dx,
  us,
  'us-ybr': usYbr,
  ecg,
  'general-ecg': generalEcg,
  sr,
  'enhanced-sr': enhancedSr,
  pdf,
  tiny,
} as const satisfies Record<string, KindDefinition>

export type PhantomKind = keyof typeof kindDefinitions
export const phantomKinds = Object.keys(kindDefinitions) as readonly PhantomKind[]

export function isPhantomKind(text: string): text is PhantomKind {
  return Object.hasOwn(kindDefinitions, text)
}
