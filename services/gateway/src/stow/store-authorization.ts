import { AccessError, bearerOf, decide, openSigningKey, type Principal, verifyToken } from '@vna/access'
import { GatewayError } from '../gateway-error.ts'

/** Who stores over HTTP. */
export interface StoreAuthorization {
  readonly entityCode: string
  /** Subject of the token: what the pack and the transmission row say of the client. */
  readonly client: string
}

/** Throws GatewayError `unauthorized` or `forbidden`. */
export type AuthorizeStore = (authorizationHeader: string | undefined) => Promise<StoreAuthorization>

/** `isActive`: a suspended entity's token is worth nothing. */
export async function openStoreAuthorization(o: {
  keysFolder: string
  isActive(entityCode: string): boolean
}): Promise<AuthorizeStore> {
  const key = await openSigningKey(o.keysFolder)
  return async (authorizationHeader) => {
    const principal = await verified(() => verifyToken(key, bearerOf(authorizationHeader)))
    if (!decide(principal, { kind: 'store' }).allow || principal.entityCode === undefined) {
      throw new GatewayError('forbidden', 'only a health entity may store')
    }
    if (!o.isActive(principal.entityCode))
      throw new GatewayError('forbidden', 'the entity is not registered or suspended')
    return { entityCode: principal.entityCode, client: principal.subject }
  }
}

async function verified(verify: () => Promise<Principal>): Promise<Principal> {
  try {
    return await verify()
  } catch (error) {
    if (error instanceof AccessError) throw new GatewayError('unauthorized', error.message)
    throw error
  }
}
