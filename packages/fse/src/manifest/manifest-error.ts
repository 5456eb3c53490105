export type ManifestErrorCode =
  | 'profile-off'
  | 'too-many-instances'
  | 'no-instances'
  | 'no-request'
  | 'no-patient-id'
  | 'bad-date'

/** The study or the options cannot make a valid manifest. Never retryable; names what is missing, never a value. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError'
  readonly retryable = false
  readonly code: ManifestErrorCode

  constructor(code: ManifestErrorCode) {
    super(`manifest: ${code}`)
    this.code = code
  }
}
