export type SendingErrorCode = 'not-found' | 'refused' | 'unreachable' | 'failed'

/** Why the whole sending ends; what is wrong with one instance stands in the report instead. */
export class SendingError extends Error {
  override readonly name = 'SendingError'
  readonly code: SendingErrorCode
  readonly retryable: boolean
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: SendingErrorCode,
    message: string,
    options: { details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = code === 'unreachable'
    this.details = options.details ?? {}
  }
}
