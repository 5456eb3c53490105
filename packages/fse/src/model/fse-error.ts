export type FseErrorCode =
  | 'empty'
  | 'too-large'
  | 'too-deep'
  | 'too-many-nodes'
  | 'identifier-too-long'
  | 'unsupported-content-type'
  | 'unsupported-encoding'
  | 'malformed-encoding'
  | 'malformed-xml'
  | 'doctype-forbidden'
  | 'malformed-json'
  | 'malformed-base64'
  | 'malformed-pdf'
  | 'encrypted-pdf'
  | 'unsupported-pdf-filter'
  | 'inflate-limit'
  | 'no-embedded-document'
  | 'malformed-hl7'
  | 'unsupported-message'
  | 'framing'
  | 'not-a-report'
  | 'missing-report-id'
  | 'missing-patient'
  | 'conflicting-patient'
  /** Numbers of a domain that another entity has. */
  | 'foreign-domain'

export interface FseErrorDetails {
  /** Where, in bytes of what was given (in characters once text is decoded). */
  readonly offset?: number | undefined
  readonly limit?: number | undefined
  /** Name of the element, segment or field concerned, as the standard writes it: never a value. */
  readonly where?: string | undefined
}

/**
 * What this package throws about documents and messages that others sent. Never retryable: the same bytes fail the same
 * way. Carries no cause: messages of parsers quote what they read, and that is about patients.
 */
export class FseError extends Error {
  override readonly name = 'FseError'
  readonly retryable = false
  readonly code: FseErrorCode
  readonly offset: number | undefined
  readonly limit: number | undefined
  readonly where: string | undefined

  constructor(code: FseErrorCode, details: FseErrorDetails = {}) {
    super(describe(code, details))
    this.code = code
    this.offset = details.offset
    this.limit = details.limit
    this.where = details.where
  }
}

function describe(code: FseErrorCode, { offset, limit, where }: FseErrorDetails): string {
  const place = where === undefined ? '' : ` in ${where}`
  const at = offset === undefined ? '' : ` at ${offset}`
  const bound = limit === undefined ? '' : ` (limit ${limit})`
  return `${code}${place}${at}${bound}`
}
