import { AccessError } from '@vna/access'
import { ArchiveError } from '@vna/archive'
import { CatalogError } from '@vna/database'
import { createProblem, type Problem, ProblemError, problemOfAccessError } from '@vna/http'

const RETRY_AFTER_SECONDS = 5

export interface ProblemAnswer {
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>
  /** An operator has to look, the log shall say so. */
  readonly isOurs: boolean
}

/** The one translation of errors to HTTP. */
export function problemOf(error: unknown): ProblemAnswer {
  if (error instanceof AccessError) return problemOfAccessError(error)
  if (error instanceof ProblemError) {
    return { problem: error.problem, headers: error.headers, isOurs: error.code === 'internal' }
  }
  if ((error instanceof CatalogError || error instanceof ArchiveError) && error.retryable) {
    const headers = { 'retry-after': String(RETRY_AFTER_SECONDS) }
    return { problem: createProblem('unavailable'), headers, isOurs: true }
  }
  if (error instanceof CatalogError && (error.code === 'invalid-input' || error.code === 'conflict')) {
    return { problem: createProblem('bad-request', error.message), headers: {}, isOurs: false }
  }
  if (isClientError(error)) return { problem: createProblem('bad-request'), headers: {}, isOurs: false }
  return { problem: createProblem('internal'), headers: {}, isOurs: true }
}

/** Express and its body parsers mark what the client did wrong with a status. */
function isClientError(error: unknown): boolean {
  if (error instanceof URIError) return true
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500
}
