import type { DicomwebError, DicomwebErrorCode } from '@vna/dicomweb'

export const problemMediaType = 'application/problem+json'

/** Every problem that the HTTP side can answer (RFC 9457): the last word of `type` never changes its meaning. */
export const problemKinds = {
  'bad-request': { status: 400, title: 'The request is malformed' },
  'content-type-malformed': { status: 400, title: 'The Content-Type cannot be read' },
  'accept-malformed': { status: 400, title: 'The Accept header cannot be read' },
  'multipart-malformed': { status: 400, title: 'The multipart body is malformed' },
  'multipart-truncated': { status: 400, title: 'The multipart body ends too early' },
  'invalid-uid': { status: 400, title: 'A UID in the path is not one' },
  'unknown-attribute': { status: 400, title: 'A query parameter names no known attribute' },
  'repeated-attribute': { status: 400, title: 'A query parameter is given twice' },
  'invalid-query-value': { status: 400, title: 'A query parameter has an invalid value' },
  'query-limit': { status: 400, title: 'A query parameter is over its limit' },
  'invalid-frame-list': { status: 400, title: 'The frame list is invalid' },
  'invalid-bulk-data-path': { status: 400, title: 'The bulk data path is invalid' },
  unauthorized: { status: 401, title: 'A valid bearer token is required' },
  forbidden: { status: 403, title: 'The caller may not do this' },
  'not-found': { status: 404, title: 'There is no such resource' },
  'method-not-allowed': { status: 405, title: 'The resource does not have this method' },
  'not-acceptable': { status: 406, title: 'None of the accepted representations is available' },
  'request-timeout': { status: 408, title: 'The request took too long' },
  'payload-too-large': { status: 413, title: 'The request body is too large' },
  'uri-too-long': { status: 414, title: 'The URL is too long' },
  'unsupported-media-type': { status: 415, title: 'The media type of the request is not supported' },
  'range-not-satisfiable': { status: 416, title: 'The range is outside the resource' },
  'too-many-requests': { status: 429, title: 'Too many requests at once from this client' },
  internal: { status: 500, title: 'The archive could not answer' },
  unavailable: { status: 503, title: 'The archive cannot answer now' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemKind = keyof typeof problemKinds

/** The body of an error answer. Members beside those of RFC 9457 are extensions of the kind (`available`, `limit`, …). */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string
} & Readonly<Record<string, unknown>>

export function createProblem(kind: ProblemKind, detail?: string, extensions: Record<string, unknown> = {}): Problem {
  const { status, title } = problemKinds[kind]
  return { ...extensions, type: `urn:vna:problem:${kind}`, title, status, ...(detail !== undefined && { detail }) }
}

const kindOfCode: Record<DicomwebErrorCode, ProblemKind> = {
  'content-type-malformed': 'content-type-malformed',
  'multipart-boundary-invalid': 'multipart-malformed',
  'multipart-header-malformed': 'multipart-malformed',
  'multipart-limit': 'multipart-malformed',
  'multipart-truncated': 'multipart-truncated',
  'accept-malformed': 'accept-malformed',
  'not-acceptable': 'not-acceptable',
  'path-uid-invalid': 'invalid-uid',
  'query-key-unknown': 'unknown-attribute',
  'query-key-repeated': 'repeated-attribute',
  'query-value-invalid': 'invalid-query-value',
  'query-limit-exceeded': 'query-limit',
  'frame-list-invalid': 'invalid-frame-list',
  'bulk-data-path-invalid': 'invalid-bulk-data-path',
  'frame-not-found': 'not-found',
  'bulk-data-not-found': 'not-found',
}

/** The one translation of this package's errors to HTTP. */
export function problemOfDicomwebError(error: DicomwebError): Problem {
  return createProblem(kindOfCode[error.code], error.message, error.details)
}
