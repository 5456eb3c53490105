export type UlErrorCode =
  /* what a peer sent cannot be read */
  | 'pdu-unrecognized'
  | 'pdu-invalid'
  | 'pdu-too-long'
  | 'command-set-invalid'
  | 'command-set-too-long'
  | 'message-out-of-order'
  | 'context-not-accepted'
  | 'data-set-too-long'
  /* how an association failed */
  | 'connect-failed'
  | 'association-rejected'
  | 'association-aborted'
  | 'association-released'
  | 'connection-lost'
  | 'timeout'
  /* what the caller asked for cannot be done */
  | 'no-presentation-context'
  | 'invalid-argument'
  | 'wrong-state'
  | 'cancelled'
  /** The caller's data set ended in an error: the association, in the middle of a message, had to be aborted. */
  | 'source-failed'

export type UlErrorDetails = Readonly<Record<string, string | number | boolean>>

/** Codes whose operation may succeed when tried again later, on a new association. */
const retryableCodes: ReadonlySet<UlErrorCode> = new Set([
  'connect-failed',
  'association-aborted',
  'association-released',
  'connection-lost',
  'timeout',
])

/**
 * The only error this package throws. `details` never holds patient data: UIDs, AE titles, lengths, offsets and codes.
 * Parsing errors carry `details.offset`, the byte offset in the PDU or the command set.
 */
export class UlError extends Error {
  readonly code: UlErrorCode
  readonly details: UlErrorDetails
  readonly retryable: boolean

  constructor(
    code: UlErrorCode,
    message: string,
    o: { details?: UlErrorDetails; cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, o.cause === undefined ? undefined : { cause: o.cause })
    this.name = 'UlError'
    this.code = code
    this.details = o.details ?? {}
    this.retryable = o.retryable ?? retryableCodes.has(code)
  }
}

export function isUlError(error: unknown): error is UlError {
  return error instanceof UlError
}
