export type JobsErrorCode = 'bad-payload' | 'bad-url' | 'queue-unavailable'

export class JobsError extends Error {
  override readonly name = 'JobsError'
  readonly code: JobsErrorCode
  readonly retryable: boolean

  constructor(code: JobsErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.retryable = code === 'queue-unavailable'
  }
}
