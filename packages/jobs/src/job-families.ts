import { JobError } from './job-error.ts'

/** Archive one sealed segment of a journal. */
export interface ArchivePayload {
  readonly version: 1
  readonly journalId: string
  readonly segmentId: string
}

/** A study has been quiet for its time: publish what follows from it. */
export interface StudyStablePayload {
  readonly version: 1
  readonly studyInstanceUid: string
  readonly revision: number
}

export interface JobFamily<Payload> {
  /** Label of metrics, and the beginning of the names of its queues. */
  readonly name: string
  parse(data: unknown): Payload
  jobIdOf(payload: Payload): string
}

export const archiveFamily: JobFamily<ArchivePayload> = {
  name: 'archive',
  parse: (data) => {
    const fields = fieldsOf(data)
    return { version: 1, journalId: text(fields.journalId), segmentId: text(fields.segmentId) }
  },
  jobIdOf: ({ segmentId }) => jobIdOf('segment', segmentId),
}

export const studyStableFamily: JobFamily<StudyStablePayload> = {
  name: 'study-stable',
  parse: (data) => {
    const fields = fieldsOf(data)
    const { revision } = fields
    if (typeof revision !== 'number' || !Number.isInteger(revision)) throw invalid()
    return { version: 1, studyInstanceUid: text(fields.studyInstanceUid), revision }
  },
  jobIdOf: ({ studyInstanceUid, revision }) =>
    jobIdOf('study', `${studyInstanceUid.replaceAll('.', '-')}-r${revision}`),
}

/** A job reaches only those who see the segment, so each journal has a queue of its own. */
export function archiveQueueName(journalId: string): string {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(journalId)) throw new JobError('invalid-job-id', 'a journal id names no queue')
  return `archive-${journalId}`
}

export const studyStableQueueName = 'study-stable'

/** Letters, digits and hyphens, a letter first: BullMQ refuses a colon and a bare number. */
function jobIdOf(prefix: string, id: string): string {
  const jobId = `${prefix}-${id}`
  if (!/^[a-z]+-[A-Za-z0-9-]{1,120}$/.test(jobId)) throw new JobError('invalid-job-id', 'an id cannot name a job')
  return jobId
}

function fieldsOf(data: unknown): Record<string, unknown> {
  if (data === null || typeof data !== 'object') throw invalid()
  const fields = data as Record<string, unknown>
  if (fields.version !== 1) throw new JobError('invalid-payload', 'a job payload of an unknown version')
  return fields
}

function text(value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > 128) throw invalid()
  return value
}

function invalid(): JobError {
  return new JobError('invalid-payload', 'a job payload lacks a field')
}
