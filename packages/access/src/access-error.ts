export type AccessErrorCode = 'missing-token' | 'invalid-token' | 'expired-token' | 'invalid-claims' | 'key-unreadable'

export class AccessError extends Error {
  readonly code: AccessErrorCode
  readonly retryable = false

  constructor(code: AccessErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.name = 'AccessError'
    this.code = code
  }
}
