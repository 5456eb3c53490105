/** Every way this package fails. The code is for programs, the message for logs (never patient data). */
export type ArchiveErrorCode =
  | 'journal-locked'
  | 'journal-mismatch'
  | 'journal-closed'
  | 'journal-full'
  | 'journal-io'
  | 'journal-sync-failed'
  | 'instance-too-large'
  | 'instance-aborted'
  | 'bad-name'
  | 'writer-misuse'
  | 'malformed-segment'
  | 'malformed-sidecar'
  | 'broken-ledger'
  | 'missing-object'
  | 'digest-mismatch'
  | 'size-mismatch'
  | 'bad-range'
  | 'bad-key'
  | 'bad-url'
  | 'store-io'
  | 'store-refused'
  | 'store-unavailable'

/** Trying again later may help: decided here, where the error is born. */
const retryableCodes: ReadonlySet<ArchiveErrorCode> = new Set([
  'journal-locked',
  'journal-full',
  'journal-io',
  'journal-sync-failed',
  'store-io',
  'store-unavailable',
])

export type ArchiveErrorDetails = Readonly<Record<string, string | number>>

export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
  readonly code: ArchiveErrorCode
  readonly retryable: boolean
  readonly details: ArchiveErrorDetails

  constructor(
    code: ArchiveErrorCode,
    o: { message?: string; cause?: unknown; retryable?: boolean; details?: ArchiveErrorDetails } = {},
  ) {
    const details = Object.entries(o.details ?? {}).map(([name, value]) => `${name}=${value}`)
    super([code, o.message, ...details].filter(Boolean).join(' '), o.cause === undefined ? {} : { cause: o.cause })
    this.code = code
    this.retryable = o.retryable ?? retryableCodes.has(code)
    this.details = o.details ?? {}
  }
}

/** The `code` of a Node system error (`ENOSPC`, …), or of one of ours. */
export function errorCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
