import { createProblem, type Problem, type ProblemKind } from '@vna/dicomweb'

/** A request this service cannot answer, by the problem that it is to the client. Texts hold no value of a patient. */
export class LinkerError extends Error {
  override readonly name = 'LinkerError'
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
