import type { AccessControl, Grant } from '@vna/access'

/** Who stores over HTTP. */
export interface StoreAuthorization {
  readonly entityCode: string
  /** Subject of the token: what the pack and the transmission row say of the client. */
  readonly client: string
}

export interface StoreAsked {
  readonly authorization: string | undefined
  readonly peer: string | undefined
  readonly studyInstanceUid: string | undefined
}

/** Throws AccessError. */
export type AuthorizeStore = (asked: StoreAsked) => Promise<StoreAuthorization>

/** `isActive`: a suspended entity's token is worth nothing. */
export function createStoreAuthorization(o: {
  readonly access: Pick<AccessControl, 'identify' | 'authorize'>
  isActive(entityCode: string): boolean
}): AuthorizeStore {
  return async ({ authorization, peer, studyInstanceUid }) => {
    const { principal } = await o.access.identify(authorization, { route: storeRoute, peer })
    const { entityCode, subject } = principal
    const caller = {
      kind: 'token',
      principal,
      isEntityActive: entityCode !== undefined && o.isActive(entityCode),
    } as const
    const object = { route: storeRoute, studyInstanceUid }
    const grant = await o.access.authorize(caller, { kind: 'store' }, object, 'refusals-only')
    return { entityCode: entityOf(grant), client: subject }
  }
}

const storeRoute = '/dicomweb/studies'

/** Stores are allowed in the name of an entity only. */
function entityOf({ predicate }: Pick<Grant, 'predicate'>): string {
  if (predicate.kind !== 'entity') throw new Error('a store without an entity was allowed')
  return predicate.entityCode
}
