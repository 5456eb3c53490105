/** Closed list: one code per way in which a DICOMweb message can be wrong. */
export type DicomwebErrorCode =
  | 'content-type-malformed'
  | 'multipart-boundary-invalid'
  | 'multipart-header-malformed'
  | 'multipart-limit'
  | 'multipart-truncated'
  | 'accept-malformed'
  | 'not-acceptable'
  | 'path-uid-invalid'
  | 'query-key-unknown'
  | 'query-key-repeated'
  | 'query-value-invalid'
  | 'query-limit-exceeded'
  | 'frame-list-invalid'
  | 'bulk-data-path-invalid'
  | 'frame-not-found'
  | 'bulk-data-not-found'

export type DicomwebErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** What a peer sent cannot be used as it is. Never retryable: the same bytes fail the same way. No attribute values in `details`. */
export class DicomwebError extends Error {
  override readonly name = 'DicomwebError'
  readonly code: DicomwebErrorCode
  readonly details: DicomwebErrorDetails
  readonly retryable = false

  constructor(code: DicomwebErrorCode, message: string, details: DicomwebErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
  }
}
