import { AccessError } from '@vna/access'
import { DicomwebError } from '@vna/dicomweb'
import { createProblem, problemOfDicomwebError } from './problem.ts'
import { type ProblemAnswer, retryAfterSeconds } from './problem-answer.ts'
import { ProblemError } from './problem-error.ts'
import { problemOfAccessError } from './problem-of-access-error.ts'

/** The one translation of errors to HTTP. */
export function problemOf(error: unknown): ProblemAnswer {
  if (error instanceof AccessError) return problemOfAccessError(error)
  if (error instanceof ProblemError) {
    return { problem: error.problem, headers: error.headers, isOurs: error.code === 'internal' }
  }
  if (error instanceof DicomwebError) {
    const problem = problemOfDicomwebError(error)
    return { problem, headers: {}, isOurs: problem.status >= 500 }
  }
  if (isMalformedRequest(error)) return { problem: createProblem('bad-request'), headers: {}, isOurs: false }
  if (isRetryable(error)) {
    const headers = { 'retry-after': String(retryAfterSeconds) }
    return { problem: createProblem('unavailable'), headers, isOurs: true }
  }
  return { problem: createProblem('internal'), headers: {}, isOurs: true }
}

/** Express and its body parsers mark what the client did wrong with a status; a path that cannot be decoded is a URIError. */
function isMalformedRequest(error: unknown): boolean {
  if (error instanceof URIError) return true
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500
}

/** A back end that is away says so where the error is born, whichever it is. */
function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true
}
