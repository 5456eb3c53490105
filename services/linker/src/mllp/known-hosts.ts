import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Catalog } from '@vna/catalog'
import { type Entity, plainAddress, showsItself } from '@vna/entities'
import { LRUCache } from 'lru-cache'
import { mllpListenerLimits } from './mllp-limits.ts'

export interface KnownSender {
  readonly address: string
  /** Active entities for which who connected may speak: each message says for which (MSH-4). */
  readonly entities: readonly Entity[]
  /** The one whose certificate was shown. */
  readonly certified?: Entity | undefined
}

/** What is known of a connection before its first message. */
export interface MllpPeer {
  readonly address: string
  readonly certificateSubject?: string | undefined
}

/** Who may connect: whoever shows what an active entity has (certificate, host), and this machine itself. */
export class KnownHosts {
  readonly #catalog: Pick<Catalog, 'listEntities'>
  readonly #addresses = new LRUCache<string, readonly string[]>({
    max: mllpListenerLimits.maxCachedHosts,
    ttl: mllpListenerLimits.hostCacheMs,
  })

  constructor(catalog: Pick<Catalog, 'listEntities'>) {
    this.#catalog = catalog
  }

  async find({ address, certificateSubject }: MllpPeer): Promise<KnownSender | undefined> {
    const peer = { address: plainAddress(address), certificateSubject }
    const isLoopback = peer.address === '127.0.0.1'
    const active = (await this.#catalog.listEntities()).filter(({ status }) => status === 'active')
    await Promise.all(active.flatMap(({ hosts }) => hosts.map((host) => this.#lookUp(host))))
    // A sender on this machine may speak for entities that have neither host nor certificate.
    const options = { addressesOf: (host: string) => this.#addresses.get(host) ?? [], admitsUnproven: isLoopback }
    const entities = active.filter((entity) => showsItself(entity, peer, options))
    if (entities.length === 0 && !isLoopback) return undefined
    const certified = entities.find(({ certificateSubjects }) => certificateSubjects.length > 0)
    return { address: peer.address, entities, certified }
  }

  async #lookUp(host: string): Promise<void> {
    if (isIP(host) !== 0 || this.#addresses.has(host)) return
    const found = await lookup(host, { all: true }).catch(() => [])
    this.#addresses.set(
      host,
      found.map(({ address }) => address),
    )
  }
}

/** Which entity speaks: the one whose certificate was shown, else the one whose code, name or AE title MSH-4 names. */
export function entityOfMessage(
  { entities, certified }: KnownSender,
  { sendingFacility }: { readonly sendingFacility?: string | undefined },
): Entity | undefined {
  if (certified !== undefined || sendingFacility === undefined) return certified
  return entities.find((entity) => isNamed(entity, sendingFacility))
}

function isNamed({ code, name, aeTitles }: Entity, text: string): boolean {
  const wanted = text.toUpperCase()
  return code === wanted || name.toUpperCase() === wanted || aeTitles.some((title) => title.toUpperCase() === wanted)
}
