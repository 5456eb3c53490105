export type CatalogErrorCode =
  | 'unavailable'
  | 'migration-failed'
  | 'migration-changed'
  | 'database-encoding'
  | 'invalid-input'
  | 'not-found'
  | 'conflict'
  | 'internal'

/** Everything this package throws on purpose. `retryable` says whether the same call may succeed later. */
export class CatalogError extends Error {
  readonly code: CatalogErrorCode
  readonly retryable: boolean
  readonly details: Readonly<Record<string, string | number | boolean>>

  constructor(
    code: CatalogErrorCode,
    message: string,
    options: { cause?: unknown; retryable?: boolean; details?: Record<string, string | number | boolean> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CatalogError'
    this.code = code
    this.retryable = options.retryable ?? code === 'unavailable'
    this.details = options.details ?? {}
  }
}
