export type RuntimeErrorCode = 'invalid-config' | 'invalid-run-record' | 'already-running' | 'shutdown-timeout'

/** What goes wrong around a service rather than in it. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError'
  readonly code: RuntimeErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: RuntimeErrorCode,
    message: string,
    options: { details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }
}
