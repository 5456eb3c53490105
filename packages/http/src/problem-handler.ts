import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ProblemAnswer } from './problem-answer.ts'
import { problemOf } from './problem-of.ts'
import { sendProblem } from './send-problem.ts'

export interface ErrorLog {
  error(fields: { readonly err: unknown }, message: string): void
}

/** The last handler of an Express application: what was thrown becomes a problem, and a line in the log where it is ours. */
export function createProblemHandler(logger: ErrorLog, translate: (error: unknown) => ProblemAnswer = problemOf) {
  // Express tells an error handler by its four parameters.
  return (error: unknown, _request: IncomingMessage, response: ServerResponse, _next: (error?: unknown) => void) => {
    const { problem, headers, isOurs } = translate(error)
    if (isOurs) logger.error({ err: error }, 'a request failed')
    sendProblem(response, problem, headers)
  }
}
