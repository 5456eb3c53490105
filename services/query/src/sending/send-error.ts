export type SendErrorCode = 'client-gone' | 'client-stalled' | 'object-too-short'

/** Why an answer that was begun could not be ended. The client sees a cut connection. */
export class SendError extends Error {
  override readonly name = 'SendError'
  readonly code: SendErrorCode

  constructor(code: SendErrorCode) {
    super(code)
    this.code = code
  }
}
