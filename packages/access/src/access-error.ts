import type { DenialReason } from './denial-reason.ts'

export type AccessErrorCode =
  | 'missing-token'
  | 'invalid-token'
  | 'expired-token'
  | 'invalid-claims'
  | 'revoked-token'
  /** Neither entities nor revocations can be read, so nobody is answered by an old list. */
  | 'standing-unknown'
  | 'key-unreadable'
  /** The rules say no; `reason` says why. */
  | 'forbidden'
  /** The audit trail cannot be written, so nothing is done. */
  | 'audit-unavailable'

/** Why somebody is not let in. Each edge translates it once, into the words of its protocol. */
export class AccessError extends Error {
  override readonly name = 'AccessError'
  readonly code: AccessErrorCode
  /** Of `forbidden`. */
  readonly reason: DenialReason | undefined
  readonly retryable: boolean

  constructor(code: AccessErrorCode, message: string, options: { cause?: unknown; reason?: DenialReason } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.reason = options.reason
    this.retryable = code === 'audit-unavailable' || code === 'standing-unknown'
  }
}
