import type { DesiredLink } from './link-changes.ts'
import { type ReportLink, type ReportState, reportLimits } from './report.ts'
import { type ChainMember, isNewer } from './report-chain.ts'

/** A report as it stands when its links are worked out. */
export interface EvaluatedReport {
  readonly state: ReportState
  readonly receivedAt: Date
  readonly facts: Parameters<typeof isNewer>[1]
}

/** The versions of the same report that came before it, and those after; withdrawn ones are neither. */
export function versionsAround(
  id: string,
  report: EvaluatedReport,
  chain: readonly ChainMember[],
): { readonly earlier: readonly string[]; readonly later: readonly string[] } {
  const members = chain.filter((member) => member.id !== id && member.state !== 'withdrawn')
  const later = members.filter((member) => isNewer(member, report.facts, report.receivedAt)).map((member) => member.id)
  const earlier = members.filter(({ id: other, state }) => state === 'superseded' && !later.includes(other))
  return { earlier: earlier.map((member) => member.id), later }
}

/**
 * What is desired of a report, by its state. A version that another one replaced keeps what it would be linked to, for the
 * later one to inherit; so inheritance does not depend on when images, versions and identities came, and is the same after
 * a reindex. Links in `restored` stay as the ledger told them.
 */
export function linksOfState(
  state: ReportState,
  links: readonly DesiredLink[],
  known: { readonly before: readonly ReportLink[]; readonly restored: ReadonlySet<string> },
): readonly DesiredLink[] {
  if (state === 'withdrawn') return []
  return withRestored(state === 'superseded' ? supersededLinks(links) : links, known)
}

function supersededLinks(links: readonly DesiredLink[]): readonly DesiredLink[] {
  return links.filter(({ state }) => state === 'LINKED').map((link) => ({ ...link, state: 'SUPERSEDED' }))
}

/** What is desired, with the restored links as they are, save where a person has said something new of them. */
function withRestored(
  desired: readonly DesiredLink[],
  { before, restored }: { readonly before: readonly ReportLink[]; readonly restored: ReadonlySet<string> },
): readonly DesiredLink[] {
  if (restored.size === 0) return desired
  const wanted = new Map(desired.map((link) => [link.studyInstanceUid, link]))
  const kept = before.filter(
    (link) => restored.has(link.studyInstanceUid) && !isNewDecision(wanted.get(link.studyInstanceUid), link),
  )
  const keptUids = new Set(kept.map(({ studyInstanceUid }) => studyInstanceUid))
  return [...desired.filter(({ studyInstanceUid }) => !keptUids.has(studyInstanceUid)), ...kept.map(desiredOf)]
}

function isNewDecision(wanted: DesiredLink | undefined, { state, decidedBy, reason }: ReportLink): boolean {
  if (wanted?.decidedBy === undefined) return false
  return wanted.state !== state || wanted.decidedBy !== decidedBy || (wanted.reason ?? null) !== reason
}

function desiredOf({ studyInstanceUid, state, tier, score, evidence, decidedBy, reason }: ReportLink): DesiredLink {
  return {
    studyInstanceUid,
    state,
    tier,
    score,
    evidence,
    decidedBy: decidedBy ?? undefined,
    reason: reason ?? undefined,
  }
}

/** When a report is looked at again that found nothing: less and less often, for so long; `null`: only when woken. */
export function retryAfterMs(
  state: ReportState,
  { desired, ageMs }: { readonly desired: readonly DesiredLink[]; readonly ageMs: number },
): number | null {
  if (state !== 'current' || desired.some((link) => link.state === 'LINKED')) return null
  const { maxRetryAgeMs, minRetryMs, maxRetryMs } = reportLimits
  return ageMs < maxRetryAgeMs ? Math.round(Math.min(maxRetryMs, Math.max(minRetryMs, ageMs))) : null
}
