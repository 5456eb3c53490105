export type EntityErrorCode = 'invalid-entity' | 'entity-exists' | 'unknown-entity' | 'ae-title-taken' | 'alias-taken'

/** A wrong request of an operator; never retryable as it stands. */
export class EntityError extends Error {
  readonly code: EntityErrorCode
  readonly retryable = false

  constructor(code: EntityErrorCode, message: string) {
    super(message)
    this.name = 'EntityError'
    this.code = code
  }
}
