export type JobErrorCode = 'invalid-payload' | 'invalid-job-id' | 'queue-unavailable' | 'closed'

export class JobError extends Error {
  readonly code: JobErrorCode
  readonly retryable: boolean

  constructor(code: JobErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'JobError'
    this.code = code
    this.retryable = code === 'queue-unavailable'
  }
}
