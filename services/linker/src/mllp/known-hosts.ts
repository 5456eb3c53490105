import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Catalog } from '@vna/catalog'
import type { Entity } from '@vna/entities'
import { LRUCache } from 'lru-cache'
import { mllpListenerLimits } from './mllp-limits.ts'

export interface KnownSender {
  readonly address: string
  readonly isLoopback: boolean
  /** Active entities that name the host. */
  readonly entities: readonly Entity[]
}

/** Who may connect: hosts that an active entity names, and this machine itself. */
export class KnownHosts {
  readonly #catalog: Pick<Catalog, 'listEntities'>
  readonly #addresses = new LRUCache<string, readonly string[]>({
    max: mllpListenerLimits.maxCachedHosts,
    ttl: mllpListenerLimits.hostCacheMs,
  })

  constructor(catalog: Pick<Catalog, 'listEntities'>) {
    this.#catalog = catalog
  }

  async find(address: string): Promise<KnownSender | undefined> {
    const caller = plainAddress(address)
    const active = (await this.#catalog.listEntities()).filter(({ status }) => status === 'active')
    const named = await Promise.all(
      active.map(async (entity) => ((await this.#isFrom(entity, caller)) ? [entity] : [])),
    )
    const entities = named.flat()
    const isLoopback = caller === '127.0.0.1'
    if (entities.length === 0 && !isLoopback) return undefined
    // A sender on this machine may be a gateway for all.
    return { address: caller, isLoopback, entities: isLoopback && entities.length === 0 ? active : entities }
  }

  async #isFrom(entity: Entity, caller: string): Promise<boolean> {
    for (const host of entity.hosts) {
      if ((await this.#addressesOf(host)).includes(caller)) return true
    }
    return false
  }

  async #addressesOf(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return [plainAddress(host)]
    const known = this.#addresses.get(host)
    if (known !== undefined) return known
    const found = await lookup(host, { all: true }).catch(() => [])
    const addresses = found.map(({ address }) => plainAddress(address))
    this.#addresses.set(host, addresses)
    return addresses
  }
}

/** IPv4 in IPv6 clothes is the same host, and so are the names of the loopback. */
function plainAddress(address: string): string {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  return plain === '::1' || plain === 'localhost' ? '127.0.0.1' : plain
}

/** Which of the entities of a host speaks: MSH-4, else MSH-3, names its code, name or AE title; else the only one there. */
export function entityOfMessage(
  { entities, isLoopback }: KnownSender,
  header: { readonly sendingFacility?: string | undefined; readonly sendingApplication?: string | undefined },
): Entity | undefined {
  const byName = [header.sendingFacility, header.sendingApplication]
    .flatMap((name) => entities.find((entity) => name !== undefined && isNamed(entity, name)) ?? [])
    .at(0)
  return byName ?? (entities.length === 1 && !isLoopback ? entities[0] : undefined)
}

function isNamed({ code, name, aeTitles }: Entity, text: string): boolean {
  const wanted = text.toUpperCase()
  return code === wanted || name.toUpperCase() === wanted || aeTitles.some((title) => title.toUpperCase() === wanted)
}
