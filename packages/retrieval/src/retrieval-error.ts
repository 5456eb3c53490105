export type RetrievalErrorCode =
  /** Whoever asked does not listen any more. */
  | 'client-gone'
  | 'client-stalled'
  /** The pack is not where the catalog says, also when asked again. */
  | 'object-unreadable'
  | 'object-too-short'
  /** Sidecar and catalog, or sidecar and data set, do not agree. */
  | 'index-mismatch'
  | 'inflated-too-short'

/** Why an instance does not leave, or does not leave whole. */
export class RetrievalError extends Error {
  override readonly name = 'RetrievalError'
  readonly code: RetrievalErrorCode
  readonly retryable: boolean

  constructor(code: RetrievalErrorCode, o: { cause?: unknown } = {}) {
    super(code, o.cause === undefined ? undefined : { cause: o.cause })
    this.code = code
    this.retryable = code === 'object-unreadable'
  }
}
