import type { Problem } from './problem.ts'

/** Told to a client whose request may be answered later. */
export const retryAfterSeconds = 5

/** What an error is to an HTTP client. */
export interface ProblemAnswer {
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>
  /** An operator has to look, the log shall say so. */
  readonly isOurs: boolean
}
