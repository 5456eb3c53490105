import type { ProblemKind } from '@vna/http'

export type GatewayErrorCode = Extract<ProblemKind, 'unsupported-media-type' | 'bad-request' | 'unavailable'>

/** What a client did that the gateway does not serve; translated once, at the HTTP edge. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: GatewayErrorCode

  constructor(code: GatewayErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
