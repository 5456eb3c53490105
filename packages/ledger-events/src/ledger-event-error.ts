export type LedgerEventErrorCode =
  /** No version of this archive up to this one writes such a type. */
  | 'unknown-event-type'
  /** Written by a later version of this archive: that one, or a later one, has to read it. */
  | 'later-event-version'
  /** The line or the payload is not what its type and version say. */
  | 'malformed-event'
  /** The event was read, and the catalog refused to apply it. */
  | 'event-not-applied'

/** Where an event stands: the key of the ledger's object and the line in it, the first line being 1. */
export interface EventPlace {
  readonly key: string
  readonly line: number
}

export type EventErrorDetails = Partial<EventPlace> & {
  readonly seq?: number
  readonly type?: string
  readonly version?: number
  /** Into the payload, as zod has it: names of fields and indices. */
  readonly path?: string
  readonly problem?: string
}

/** An event that cannot be read or written. Never retryable: the same event fails again. Says where, never what it says. */
export class LedgerEventError extends Error {
  override readonly name = 'LedgerEventError'
  readonly code: LedgerEventErrorCode
  readonly retryable = false
  readonly details: EventErrorDetails

  constructor(code: LedgerEventErrorCode, details: EventErrorDetails, cause?: unknown) {
    const texts = Object.entries(details).map(([name, value]) => `${name}=${value}`)
    super([code, ...texts].join(' '), cause === undefined ? {} : { cause })
    this.code = code
    this.details = details
  }
}
