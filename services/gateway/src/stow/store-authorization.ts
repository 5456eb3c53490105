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

export function createStoreAuthorization(o: {
  readonly access: Pick<AccessControl, 'identify' | 'authorize'>
}): AuthorizeStore {
  return async ({ authorization, peer, studyInstanceUid }) => {
    const caller = await o.access.identify(authorization, { route: storeRoute, peer })
    const object = { route: storeRoute, studyInstanceUid }
    const grant = await o.access.authorize(caller, { kind: 'store' }, object, 'refusals-only')
    return { entityCode: entityOf(grant), client: caller.principal.subject }
  }
}

const storeRoute = '/dicomweb/studies'

/** Stores are allowed in the name of an entity only. */
function entityOf({ predicate }: Pick<Grant, 'predicate'>): string {
  if (predicate.kind !== 'entity') throw new Error('a store without an entity was allowed')
  return predicate.entityCode
}
