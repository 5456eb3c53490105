export type SupervisorErrorCode =
  | 'program-missing'
  | 'port-in-use'
  | 'unsafe-bind'
  | 'postgres-failed'
  | 'redis-failed'
  | 'service-failed'
  | 'home-unusable'

/** What keeps the stack of one host from running. The message is one line that says what to do. */
export class SupervisorError extends Error {
  override readonly name = 'SupervisorError'
  readonly code: SupervisorErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: SupervisorErrorCode,
    message: string,
    options: { details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }
}
