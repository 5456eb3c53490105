import { normaliseSubject } from './certificate-subject.ts'
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
  /** Whether an entity with neither certificate nor host is known by its name alone: on loopback, or where the operator says so. */
  readonly admitsUnproven: boolean
  /** Host names of entities as addresses; filled by whoever resolves names. */
  readonly addressesOf?: (host: string) => readonly string[]
}

/**
 * Who calls: by certificate, else by called alias, else by calling AE title. A name alone is no proof: whatever the entity has,
 * certificate subjects and hosts, must be shown. Pure.
 */
export function resolveCaller(entities: readonly Entity[], caller: Caller, options: ResolveOptions): CallerResolution {
  const byCertificate = entities.find(
    (entity) => entity.certificateSubjects.length > 0 && hasSubject(entity, caller.certificateSubject),
  )
  const byAlias = entities.find(({ calledAliases }) => calledAliases.includes(caller.calledAeTitle))
  if (byAlias === undefined && !options.ownAeTitles.includes(caller.calledAeTitle)) {
    return unknown('called-name-unknown')
  }
  if (byCertificate !== undefined) {
    const isOthersAlias = byAlias !== undefined && byAlias.code !== byCertificate.code
    if (isOthersAlias) return unknown('called-name-unknown')
    return showsItself(byCertificate, caller, options) ? admitted(byCertificate) : unknown('caller-unknown')
  }
  // An alias names the entity, but a stranger who guesses it must still show what the entity has.
  const candidates = byAlias === undefined ? withTitle(entities, caller) : [byAlias]
  const entity = candidates.find((candidate) => showsItself(candidate, caller, options))
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

/** Whether a caller shows all that an entity has: its certificate and its host; of one that has neither, what is admitted. */
export function showsItself(
  entity: Entity,
  caller: Pick<Caller, 'address' | 'certificateSubject'>,
  options: Pick<ResolveOptions, 'addressesOf' | 'admitsUnproven'>,
): boolean {
  const { certificateSubjects, hosts } = entity
  if (certificateSubjects.length === 0 && hosts.length === 0) return options.admitsUnproven
  if (certificateSubjects.length > 0 && !hasSubject(entity, caller.certificateSubject)) return false
  return hosts.length === 0 || isFromHost(entity, caller.address, options)
}

function hasSubject({ certificateSubjects }: Entity, shown: string | undefined): boolean {
  const subject = shown === undefined ? undefined : normaliseSubject(shown)
  return subject !== undefined && certificateSubjects.some((one) => normaliseSubject(one) === subject)
}

function isFromHost(entity: Entity, address: string, options: Pick<ResolveOptions, 'addressesOf'>): boolean {
  const caller = plainAddress(address)
  return entity.hosts.some((host) => {
    const addresses = options.addressesOf?.(host) ?? []
    return plainAddress(host) === caller || addresses.some((known) => plainAddress(known) === caller)
  })
}

/** IPv4 in IPv6 clothes is the same host, and so are the names of the loopback. */
export function plainAddress(address: string): string {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  return plain === '::1' || plain === 'localhost' ? '127.0.0.1' : plain
}

function unknown(why: UnknownCaller): CallerResolution {
  return { kind: 'unknown', why }
}
