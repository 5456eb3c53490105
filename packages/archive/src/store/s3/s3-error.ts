import { ArchiveError, type ArchiveErrorCode } from '../../archive-error.ts'

/** By the error code of the S3 protocol. */
const codesByName: Readonly<Record<string, ArchiveErrorCode>> = {
  NoSuchKey: 'missing-object',
  NotFound: 'missing-object',
  InvalidRange: 'bad-range',
  XAmzContentSHA256Mismatch: 'digest-mismatch',
  BadDigest: 'digest-mismatch',
  InvalidDigest: 'digest-mismatch',
  IncompleteBody: 'size-mismatch',
  RequestTimeout: 'store-unavailable',
  SlowDown: 'store-unavailable',
}

/** What the SDK threw, as this package's error; the S3 code and HTTP status go to the details. */
export function translateS3Error(error: unknown): ArchiveError {
  if (error instanceof ArchiveError) return error
  const name = error instanceof Error ? error.name : 'unknown'
  const status = httpStatusOf(error)
  const details = { reason: name, ...(status === undefined ? {} : { status }) }
  return new ArchiveError(codesByName[name] ?? codeByStatus(status), { cause: error, details })
}

/** Without a status no answer came: the network, a timeout, or a server that is down. */
function codeByStatus(status: number | undefined): ArchiveErrorCode {
  if (status === undefined || status >= 500 || status === 408 || status === 429) return 'store-unavailable'
  return status === 404 ? 'missing-object' : 'store-refused'
}

function httpStatusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } }
  return $metadata?.httpStatusCode
}
