import { LRUCache } from 'lru-cache'
import type { Principal } from './principal.ts'
import type { SigningKey } from './signing-key.ts'
import { bearerOf, verifyToken } from './tokens.ts'

/** Verified tokens remembered: a viewer sends the same one with every frame. */
const maxRememberedTokens = 2_000

/** Tells who asks by the bearer token. A signature is verified once per token, its expiry each time. */
export class Authenticator {
  readonly #key: SigningKey
  readonly #clock: () => Date
  readonly #remembered = new LRUCache<string, Principal>({ max: maxRememberedTokens })

  constructor(o: { key: SigningKey; clock?: (() => Date) | undefined }) {
    this.#key = o.key
    this.#clock = o.clock ?? (() => new Date())
  }

  /** Throws AccessError with `missing-token`, `invalid-token`, `expired-token` or `invalid-claims`. */
  async authenticate(authorization: string | undefined): Promise<Principal> {
    const now = this.#clock()
    const token = bearerOf(authorization)
    const known = this.#remembered.get(token)
    if (known !== undefined && known.expiresAt > now) return known
    this.#remembered.delete(token)
    const principal = await verifyToken(this.#key, token, now)
    this.#remembered.set(token, principal)
    return principal
  }
}
