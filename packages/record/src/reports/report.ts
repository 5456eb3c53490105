import { createHash } from 'node:crypto'
import type { LinkEvidence, LinkState, LinkTier, ReportFacts } from '@vna/fse'

export type ReportSource = 'http' | 'mllp' | 'instance'
export type ReportState = 'current' | 'superseded' | 'withdrawn'
export type LinkDecisionKind = 'accept' | 'refuse' | 'unlink'

export interface NewReport {
  /** Code of the entity, or `fse`. */
  readonly origin: string
  readonly source: ReportSource
  readonly contentType: string
  /** Where the document lies in the object store; of an instance its path below `/dicomweb/`. */
  readonly documentKey: string
  readonly sizeBytes: number
  /** Hex. */
  readonly sha256: string
  readonly receivedAt: Date
  /** The study it arrived in, where it is an instance. */
  readonly studyInstanceUid?: string | undefined
  readonly facts: ReportFacts
}

export interface Report {
  readonly id: string
  readonly origin: string
  readonly source: ReportSource
  readonly state: ReportState
  readonly format: string
  readonly uniqueId: string
  readonly setId: string | null
  readonly version: number | null
  readonly type: string | null
  readonly confidentiality: string | null
  readonly receivedAt: Date
  readonly sizeBytes: number
  readonly contentType: string
  readonly documentKey: string
  readonly studyInstanceUid: string | null
}

export interface ReportLink {
  readonly reportId: string
  readonly studyInstanceUid: string
  readonly state: LinkState
  readonly tier: LinkTier
  /** 0 to 1 */
  readonly score: number
  readonly evidence: readonly LinkEvidence[]
  readonly validFrom: Date
  /** Null: the rules. */
  readonly decidedBy: string | null
  readonly reason: string | null
}

export interface LinkDecision {
  readonly reportId: string
  readonly studyInstanceUid: string
  readonly decision: LinkDecisionKind
  readonly by: string
  readonly reason: string
}

export const reportLimits = {
  maxCandidateStudies: 200,
  maxReportsPerTake: 50,
  maxReportsPerList: 500,
  maxNumbersPerStudy: 1_000,
  /** A report that found nothing is tried again for so long, less and less often. */
  maxRetryAgeMs: 90 * 24 * 3600 * 1000,
  minRetryMs: 60_000,
  maxRetryMs: 24 * 3600 * 1000,
} as const

/**
 * The same bytes of the same sender are the same report, today and after a reindex: a UUID of version 8 (RFC 9562 5.8) from
 * origin, unique id and digest.
 */
export function reportIdOf(o: { origin: string; uniqueId: string; sha256: string }): string {
  const digest = createHash('sha256').update(`${o.origin}\n${o.uniqueId}\n${o.sha256}`).digest()
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80
  const hex = digest.toString('hex', 0, 16)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

export function isReportId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}
