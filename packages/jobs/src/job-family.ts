import { JobsError } from './errors.ts'

export type QueueFamily = 'archive' | 'study-stable'

/**
 * One kind of work. A payload carries its version and names things by id only (no patient data): whatever the work
 * needs is read again from journal or catalog, so that a job can always be derived anew.
 */
export interface JobFamily<P> {
  readonly family: QueueFamily
  /** Letters, digits and hyphens with at least one letter: BullMQ refuses a colon and an all-digit id. */
  jobIdOf(payload: P): string
  /** Throws JobsError `bad-payload`. */
  parse(data: unknown): P
  readonly attempts: number
  readonly backoffMs: number
}

export interface ArchivePayload {
  readonly version: 1
  readonly segmentId: string
}

export interface StudyStablePayload {
  readonly version: 1
  readonly studyInstanceUid: string
  readonly revision: number
}

const retryForMinutes = { attempts: 8, backoffMs: 500 }

/** One queue per journal: a job never reaches an archiver that cannot see the segment. */
export const archiveJobs: JobFamily<ArchivePayload> = {
  family: 'archive',
  ...retryForMinutes,
  jobIdOf: ({ segmentId }) => `segment-${segmentId}`,
  parse: (data) => {
    const segmentId = textField(data, 'segmentId')
    return { version: 1, segmentId }
  },
}

/** A revision of a study became stable: whoever publishes or links looks at the catalog. */
export const studyStableJobs: JobFamily<StudyStablePayload> = {
  family: 'study-stable',
  ...retryForMinutes,
  jobIdOf: ({ studyInstanceUid, revision }) => `study-${studyInstanceUid.replaceAll('.', '-')}-r${revision}`,
  parse: (data) => {
    const studyInstanceUid = textField(data, 'studyInstanceUid')
    const { revision } = data as { revision?: unknown }
    if (typeof revision !== 'number') throw new JobsError('bad-payload', 'revision is not a number')
    return { version: 1, studyInstanceUid, revision }
  },
}

export function archiveQueueName(journalId: string): string {
  return `archive-${journalId}`
}

export const studyStableQueueName = 'study-stable'

function textField(data: unknown, name: string): string {
  const fields = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {}
  if (fields.version !== 1) throw new JobsError('bad-payload', 'unknown version')
  const value = fields[name]
  if (typeof value !== 'string' || value === '') throw new JobsError('bad-payload', `${name} is not a text`)
  return value
}
