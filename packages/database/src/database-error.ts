import postgres from 'postgres'
import { CatalogError } from './errors.ts'

/** serialization_failure and deadlock_detected: the transaction is right, only its moment was wrong. */
const repeatAtOnce = new Set(['40001', '40P01'])

/** Server or connection gone, starting or full (SQLSTATE classes 08, 53, 57 and the driver's own codes). */
const unavailableCodes = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53300',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
])

export function isRepeatable(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && repeatAtOnce.has(code)
}

/** The one place where a driver error becomes ours. Values of rows never enter the message. */
export function toCatalogError(error: unknown): Error {
  if (error instanceof CatalogError) return error
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error ? error : new CatalogError('internal', 'unknown failure')
  if (unavailableCodes.has(code) || code.startsWith('08')) {
    return new CatalogError('unavailable', `PostgreSQL is not available (${code})`, { cause: error })
  }
  if (isRepeatable(error)) {
    return new CatalogError('conflict', `transactions met (${code})`, { cause: error, retryable: true })
  }
  // A defect of ours, not an answer of the server.
  if (!(error instanceof postgres.PostgresError)) return error as Error
  return new CatalogError('internal', `PostgreSQL refused a statement (${code})`, { cause: scrubbed(error) })
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** PostgreSQL quotes row values in `detail` and the driver keeps the parameters: neither may reach a log. */
function scrubbed(error: unknown): Error {
  const source = error as Error & Record<string, unknown>
  // Class 42 (syntax, unknown names) speaks of our own statement only, as values travel as parameters.
  const isOurs = String(source.code).startsWith('42')
  const subject = isOurs ? source.message : String(source.constraint_name ?? source.routine ?? '')
  const kept = new Error(`SQLSTATE ${String(source.code)} ${subject}`.trim())
  if (source.stack !== undefined) kept.stack = [String(kept), ...source.stack.split('\n').slice(1)].join('\n')
  return kept
}
