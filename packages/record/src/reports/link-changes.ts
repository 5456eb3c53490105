import type { LinkEvidence, LinkState, LinkTier } from '@vna/fse'
import type { ReportLink } from './report.ts'

export interface DesiredLink {
  readonly studyInstanceUid: string
  readonly state: LinkState
  readonly tier: LinkTier
  readonly score: number
  readonly evidence: readonly LinkEvidence[]
  /** Absent: the rules. */
  readonly decidedBy?: string | undefined
  readonly reason?: string | undefined
}

/** What became of a pair; the reading side tells the health record. */
export type LinkChange = DesiredLink & { readonly reportId: string; readonly before: LinkState | undefined }

/** Scores are kept as four-byte numbers, which come back a little different. */
const scoreTolerance = 1e-4

/** What of the desired links differs from those before. Links that are not desired any more end as UNLINKED. */
export function linkChangesOf(
  reportId: string,
  { before, desired }: { readonly before: readonly ReportLink[]; readonly desired: readonly DesiredLink[] },
): readonly LinkChange[] {
  const known = new Map(before.map((link) => [link.studyInstanceUid, link]))
  const wanted = new Map(desired.map((link) => [link.studyInstanceUid, link]))
  const ended = before
    .filter(({ studyInstanceUid, state }) => !wanted.has(studyInstanceUid) && state !== 'UNLINKED')
    .map(endedLink)
  return [...wanted.values(), ...ended]
    .filter((link) => !isEqual(link, known.get(link.studyInstanceUid)))
    .map((link) => ({ ...link, reportId, before: known.get(link.studyInstanceUid)?.state }))
}

/** Only links that others saw or see are told of. */
export function isToBeTold({ state, before }: Pick<LinkChange, 'state' | 'before'>): boolean {
  return state === 'LINKED' || before === 'LINKED'
}

function endedLink({ studyInstanceUid, tier, score, evidence }: ReportLink): DesiredLink {
  return { studyInstanceUid, state: 'UNLINKED', tier, score, evidence }
}

function isEqual(a: DesiredLink, b: ReportLink | undefined): boolean {
  if (b === undefined) return false
  return (
    a.state === b.state &&
    a.tier === b.tier &&
    Math.abs(a.score - b.score) < scoreTolerance &&
    (a.decidedBy ?? null) === b.decidedBy &&
    (a.reason ?? null) === b.reason &&
    textOf(a.evidence) === textOf(b.evidence)
  )
}

function textOf(evidence: readonly LinkEvidence[]): string {
  return evidence.map(({ key, outcome }) => `${key}=${outcome}`).join(' ')
}
