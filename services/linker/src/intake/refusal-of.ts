import { CatalogError } from '@vna/database'
import { FseError, type FseErrorCode } from '@vna/fse'
import { ProblemError } from '@vna/http'

/** What is wrong with a document, as an HTTP problem: the reason's code and place, never a value. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof CatalogError && error.code === 'not-found') return new ProblemError('not-found', error.message)
  if (!(error instanceof FseError)) return error
  const { code, where, offset, limit } = error
  return new ProblemError(kindOf(code), error.message, { extensions: { reason: code, where, offset, limit } })
}

function kindOf(code: FseErrorCode): 'payload-too-large' | 'unsupported-media-type' | 'bad-request' {
  if (code === 'too-large') return 'payload-too-large'
  return code === 'unsupported-content-type' ? 'unsupported-media-type' : 'bad-request'
}
