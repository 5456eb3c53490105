import { catalogLimits } from '../limits.ts'
import type { Arrival } from '../versions/current-version.ts'

/** Gives out version numbers in a study; how many is limited for each entity, so that nobody uses up another's. */
export class VersionNumbers {
  readonly #last = new Map<number, number>()
  readonly #ofEntity = new Map<string, number>()

  constructor(known: readonly { sopHash: number; version: number; arrivals: readonly Arrival[] }[]) {
    for (const { sopHash, version, arrivals } of known) {
      this.#last.set(sopHash, Math.max(version, this.#last.get(sopHash) ?? 0))
      for (const entityId of new Set(arrivals.map((arrival) => arrival.entityId))) this.#count(sopHash, entityId)
    }
  }

  /** `undefined`: the entity has its share. */
  take(sopHash: number, entityId: number): number | undefined {
    const version = 1 + (this.#last.get(sopHash) ?? 0)
    const own = this.#ofEntity.get(`${sopHash} ${entityId}`) ?? 0
    const kept = own === 0 ? 0 : catalogLimits.versionsKeptForFirst
    if (own >= catalogLimits.maxVersionsPerEntity || version > catalogLimits.maxVersions - kept) return undefined
    this.#last.set(sopHash, version)
    this.#count(sopHash, entityId)
    return version
  }

  #count(sopHash: number, entityId: number): void {
    const key = `${sopHash} ${entityId}`
    this.#ofEntity.set(key, 1 + (this.#ofEntity.get(key) ?? 0))
  }
}
