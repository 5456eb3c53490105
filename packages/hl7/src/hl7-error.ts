export type Hl7ErrorCode =
  | 'empty'
  | 'too-large'
  | 'too-many-nodes'
  | 'unsupported-encoding'
  | 'malformed-encoding'
  | 'malformed-hl7'
  | 'framing'

export interface Hl7ErrorDetails {
  readonly offset?: number | undefined
  readonly limit?: number | undefined
  /** Name of the segment or field concerned, as the standard writes it: never a value. */
  readonly where?: string | undefined
}

/** What this package throws about messages that others sent. Never retryable: the same bytes fail the same way. */
export class Hl7Error extends Error {
  override readonly name = 'Hl7Error'
  readonly retryable = false
  readonly code: Hl7ErrorCode
  readonly offset: number | undefined
  readonly limit: number | undefined
  readonly where: string | undefined

  constructor(code: Hl7ErrorCode, details: Hl7ErrorDetails = {}) {
    super(describe(code, details))
    this.code = code
    this.offset = details.offset
    this.limit = details.limit
    this.where = details.where
  }
}

function describe(code: Hl7ErrorCode, { offset, limit, where }: Hl7ErrorDetails): string {
  const place = where === undefined ? '' : ` in ${where}`
  const at = offset === undefined ? '' : ` at ${offset}`
  const bound = limit === undefined ? '' : ` (limit ${limit})`
  return `${code}${place}${at}${bound}`
}
