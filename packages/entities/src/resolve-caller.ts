import type { Entity } from './entity.ts'

export interface Caller {
  readonly callingAeTitle: string
  readonly calledAeTitle: string
  readonly address: string
  readonly certificateSubject?: string | undefined
}

/** `why` a caller is nobody we know; the edge says it in the words of its protocol. */
export type CallerResolution =
  | { readonly kind: 'entity'; readonly entity: Entity }
  | { readonly kind: 'unknown'; readonly why: 'caller-unknown' | 'called-name-unknown' | 'entity-not-active' }

type UnknownCaller = Extract<CallerResolution, { kind: 'unknown' }>['why']

export interface ResolveOptions {
  /** Called AE titles of this archive that name no entity. */
  readonly ownAeTitles: readonly string[]
  /** Host names of entities as addresses; filled by whoever resolves names. */
  readonly addressesOf?: (host: string) => readonly string[]
}

/** Who calls: by certificate, else by called alias, else by calling AE title and host. Pure. */
export function resolveCaller(entities: readonly Entity[], caller: Caller, options: ResolveOptions): CallerResolution {
  const byCertificate = entities.find(({ certificateSubjects }) =>
    caller.certificateSubject === undefined ? false : certificateSubjects.includes(caller.certificateSubject),
  )
  const byAlias = entities.find(({ calledAliases }) => calledAliases.includes(caller.calledAeTitle))
  if (byAlias === undefined && !options.ownAeTitles.includes(caller.calledAeTitle)) {
    return unknown('called-name-unknown')
  }
  if (byCertificate !== undefined) {
    const isOthersAlias = byAlias !== undefined && byAlias.code !== byCertificate.code
    return isOthersAlias ? unknown('called-name-unknown') : admitted(byCertificate)
  }
  // An alias names the entity, but a stranger who guesses it must still come from its hosts.
  const candidates = byAlias === undefined ? withTitle(entities, caller) : [byAlias]
  const entity = candidates.find((candidate) => isFromHost(candidate, caller.address, options))
  if (entity === undefined) return unknown('caller-unknown')
  return admitted(entity)
}

function withTitle(entities: readonly Entity[], caller: Caller): readonly Entity[] {
  // Those that name hosts first: an entity without any would take every caller of that title.
  return entities
    .filter(({ aeTitles }) => aeTitles.includes(caller.callingAeTitle))
    .sort((a, b) => Number(b.hosts.length > 0) - Number(a.hosts.length > 0))
}

function admitted(entity: Entity): CallerResolution {
  return entity.status === 'active' ? { kind: 'entity', entity } : unknown('entity-not-active')
}

function isFromHost(entity: Entity, address: string, options: ResolveOptions): boolean {
  if (entity.hosts.length === 0) return true
  const caller = plainAddress(address)
  return entity.hosts.some((host) => {
    const addresses = options.addressesOf?.(host) ?? []
    return plainAddress(host) === caller || addresses.some((known) => plainAddress(known) === caller)
  })
}

/** IPv4 in IPv6 clothes is the same host, and so are the names of the loopback. */
function plainAddress(address: string): string {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  return plain === '::1' || plain === 'localhost' ? '127.0.0.1' : plain
}

function unknown(why: UnknownCaller): CallerResolution {
  return { kind: 'unknown', why }
}
