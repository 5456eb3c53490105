export type GatewayErrorCode =
  | 'unauthorized'
  | 'forbidden'
  | 'unsupported-media-type'
  | 'congested'
  | 'empty-request'
  | 'path-uid-invalid'
  | 'tls-required'

/** What a client or an operator did that the gateway does not serve; translated once, at the HTTP edge or at start. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: GatewayErrorCode

  constructor(code: GatewayErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
