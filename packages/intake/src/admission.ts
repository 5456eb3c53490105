import type { Journal } from '@vna/archive'

/** What the journal's state means for a newcomer (DESIGN: soft mark, hard mark, failed sync). */
export type Admission = { readonly kind: 'open' } | { readonly kind: 'congested'; readonly reason: string }

/** New associations and requests are turned away from the soft mark on, so that what is under way still finds room. */
export function admitNewcomer(journal: Journal): Admission {
  const ready = journal.ready()
  if (!ready.ok) return { kind: 'congested', reason: ready.reason ?? 'journal not ready' }
  const { level } = journal.pressure()
  return level === 'ok' ? { kind: 'open' } : { kind: 'congested', reason: `journal at its ${level} mark` }
}

/** At the hard mark even an instance of an admitted association is refused (C-STORE 0xA700). */
export function admitInstance(journal: Journal): boolean {
  return journal.pressure().level !== 'hard'
}
