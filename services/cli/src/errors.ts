export type CliErrorCode = 'usage' | 'not-running' | 'not-found' | 'refused' | 'unreachable' | 'failed' | 'interrupted'

/** A command that could not do its work; `usage` ends with status 2, every other with 1. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: CliErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: CliErrorCode,
    message: string,
    options: { details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }
}
