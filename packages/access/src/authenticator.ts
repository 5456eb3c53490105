import { ProblemError } from '@vna/dicomweb'
import { AccessError } from './access-error.ts'
import type { Principal } from './principal.ts'
import type { SigningKey } from './signing-key.ts'
import { bearerOf, verifyToken } from './tokens.ts'

/** Verified tokens remembered: a viewer sends the same one with every frame. */
const MAX_REMEMBERED_TOKENS = 2_000

/** Tells who asks by the bearer token. A signature is verified once per token, its expiry each time. */
export class Authenticator {
  readonly #key: SigningKey
  readonly #clock: () => Date
  readonly #remembered = new Map<string, Principal>()

  constructor(o: { key: SigningKey; clock?: () => Date }) {
    this.#key = o.key
    this.#clock = o.clock ?? (() => new Date())
  }

  /** Throws `unauthorized`. */
  async authenticate(authorization: string | undefined): Promise<Principal> {
    const now = this.#clock()
    try {
      const token = bearerOf(authorization)
      const known = this.#remembered.get(token)
      if (known !== undefined && known.expiresAt > now) return known
      this.#remembered.delete(token)
      const principal = await verifyToken(this.#key, token, now)
      this.#remember(token, principal)
      return principal
    } catch (error) {
      if (error instanceof AccessError) throw unauthorized(error)
      throw error
    }
  }

  #remember(token: string, principal: Principal): void {
    const [oldest] = this.#remembered.keys()
    if (oldest !== undefined && this.#remembered.size >= MAX_REMEMBERED_TOKENS) this.#remembered.delete(oldest)
    this.#remembered.set(token, principal)
  }
}

/** RFC 6750 3.1: no error code when no token came at all. */
function unauthorized(error: AccessError): ProblemError {
  const isMissing = error.code === 'missing-token'
  const headers = { 'www-authenticate': isMissing ? 'Bearer realm="vna"' : 'Bearer realm="vna", error="invalid_token"' }
  return new ProblemError('unauthorized', isMissing ? 'no bearer token' : 'the token is not valid', {
    headers,
    cause: error,
  })
}
