import { AccessError } from '@vna/access'
import { ArchiveError } from '@vna/archive'
import { CatalogError } from '@vna/catalog'
import { createProblem, DicomwebError, type Problem, ProblemError, problemOfDicomwebError } from '@vna/dicomweb'
import { problemOfAccessError } from './problem-of-access-error.ts'

const RETRY_AFTER_SECONDS = 5

export type ProblemAnswer = {
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>
  readonly isOurs: boolean
}

/** The one translation of errors to HTTP. `isOurs`: an operator has to look, the log shall say so. */
export function problemOf(error: unknown): ProblemAnswer {
  if (error instanceof AccessError) return problemOfAccessError(error)
  if (error instanceof ProblemError) {
    return { problem: error.problem, headers: { ...error.headers }, isOurs: error.code === 'internal' }
  }
  if (error instanceof DicomwebError) {
    const problem = problemOfDicomwebError(error)
    return { problem, headers: {}, isOurs: problem.status >= 500 }
  }
  const isBackEnd = error instanceof CatalogError || error instanceof ArchiveError
  if (isBackEnd && error.retryable) {
    const headers = { 'retry-after': String(RETRY_AFTER_SECONDS) }
    return { problem: createProblem('unavailable'), headers, isOurs: true }
  }
  return { problem: createProblem('internal'), headers: {}, isOurs: true }
}
