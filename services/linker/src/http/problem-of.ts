import { CatalogError } from '@vna/database'
import { createProblem, type ProblemAnswer, problemOf as problemOfAny } from '@vna/http'

/** The translation of errors to HTTP; what the catalog refuses by its rules is the caller's to correct. */
export function problemOf(error: unknown): ProblemAnswer {
  if (error instanceof CatalogError && (error.code === 'invalid-input' || error.code === 'conflict')) {
    return { problem: createProblem('bad-request', error.message), headers: {}, isOurs: false }
  }
  if (error instanceof CatalogError && error.code === 'not-found') {
    return { problem: createProblem('not-found', error.message), headers: {}, isOurs: false }
  }
  return problemOfAny(error)
}
