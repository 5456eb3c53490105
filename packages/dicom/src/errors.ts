export type DicomErrorCode =
  | 'not-dicom'
  | 'malformed-file-meta'
  | 'truncated'
  | 'trailing-data'
  | 'invalid-vr'
  | 'undefined-length'
  | 'length-exceeds-parent'
  | 'item-expected'
  | 'unexpected-delimiter'
  | 'depth-exceeded'
  | 'too-many-elements'
  | 'too-many-fragments'
  | 'header-too-long'
  | 'malformed-deflate'
  | 'inflate-limit'
  | 'too-many-escapes'
  | 'json-too-long'
  | 'instance-header-too-long'
  | 'unencodable'
  | 'invalid-match'
  | 'invalid-use'
  | 'transcoding-unsupported'
  | 'transcoding-failed'

export interface DicomErrorDetails {
  /** Byte offset in the data set (the inflated one when deflated) or in the file, as the thrower counts. */
  readonly offset?: number
  /** Where in the data set, e.g. `00081115/0/00400008`. Tags only: never a value. */
  readonly tagPath?: string
  readonly limit?: number
  /** What is wrong, where the code alone does not say it. In words of the format: never a value. */
  readonly reason?: string
  readonly cause?: unknown
}

/** Everything this package throws about bytes it was given. Never retryable: the same bytes fail the same way. */
export class DicomError extends Error {
  override readonly name = 'DicomError'
  readonly retryable = false
  readonly code: DicomErrorCode
  readonly offset: number | undefined
  readonly tagPath: string | undefined
  readonly limit: number | undefined

  constructor(code: DicomErrorCode, details: DicomErrorDetails = {}) {
    super(describe(code, details), details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.offset = details.offset
    this.tagPath = details.tagPath
    this.limit = details.limit
  }
}

function describe(code: DicomErrorCode, details: DicomErrorDetails): string {
  const at = details.offset === undefined ? '' : ` at byte ${details.offset}`
  const path = details.tagPath === undefined || details.tagPath === '' ? '' : ` in ${details.tagPath}`
  const limit = details.limit === undefined ? '' : ` (limit ${details.limit})`
  const reason = details.reason === undefined ? '' : `: ${details.reason}`
  return `${code}${at}${path}${limit}${reason}`
}
