import { createProblem, type Problem, type ProblemKind } from './problem.ts'

/**
 * A request that cannot be answered, by the problem that it is to the client. The message becomes the problem's detail and
 * so holds no value of a patient.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly code: ProblemKind
  readonly headers: Readonly<Record<string, string>>
  readonly extensions: Readonly<Record<string, unknown>>

  constructor(
    code: ProblemKind,
    message: string,
    o: { headers?: Record<string, string>; extensions?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, o.cause === undefined ? undefined : { cause: o.cause })
    this.code = code
    this.headers = o.headers ?? {}
    this.extensions = o.extensions ?? {}
  }

  get problem(): Problem {
    return createProblem(this.code, this.message, this.extensions)
  }
}
