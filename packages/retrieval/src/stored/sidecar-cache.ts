import {
  ArchiveError,
  buildSidecar,
  type ObjectStore,
  readSidecar,
  type SidecarRecord,
  sidecarKeyOf,
} from '@vna/archive'
import { LRUCache } from 'lru-cache'

/** The records of one pack, by the offset of their Part 10 file. */
export type PackIndex = ReadonlyMap<number, SidecarRecord>

/** What an entry costs beside its text: an index object per instance. */
const bytesPerRecord = 1024

/**
 * Decompressed sidecars, the least recently used leaving first. `maxBytes` bounds the text kept; a sidecar that is being
 * loaded is loaded once, however many requests wait for it.
 */
export class SidecarCache {
  readonly #store: ObjectStore
  /** `undefined`: nothing may be kept. */
  readonly #cached: LRUCache<string, PackIndex> | undefined
  readonly #loading = new Map<string, Promise<PackIndex>>()

  constructor(o: { store: ObjectStore; maxBytes: number }) {
    this.#store = o.store
    this.#cached = o.maxBytes > 0 ? new LRUCache({ maxSize: o.maxBytes, sizeCalculation: sizeOf }) : undefined
  }

  get bytes(): number {
    return this.#cached?.calculatedSize ?? 0
  }

  async get(packKey: string): Promise<PackIndex> {
    return this.#cached?.get(packKey) ?? this.#loadOnce(packKey)
  }

  #loadOnce(packKey: string): Promise<PackIndex> {
    const running = this.#loading.get(packKey)
    if (running !== undefined) return running
    const loading = this.#load(packKey).finally(() => this.#loading.delete(packKey))
    this.#loading.set(packKey, loading)
    return loading
  }

  async #load(packKey: string): Promise<PackIndex> {
    const { records } = await readSidecar(await this.#read(packKey))
    const index = new Map(records.map((record) => [record.entry.offset, record]))
    // One that alone is over the limit is not kept.
    this.#cached?.set(packKey, index)
    return index
  }

  /** A lost sidecar is made again from its pack, which is deterministic; the archiver puts it back in its own time. */
  async #read(packKey: string): Promise<Uint8Array> {
    try {
      return await this.#store.read(sidecarKeyOf(packKey))
    } catch (error) {
      if (!(error instanceof ArchiveError) || error.code !== 'missing-object') throw error
      const reader = await this.#store.openReader(packKey)
      try {
        return (await buildSidecar(reader, { packKey })).bytes
      } finally {
        await reader.close()
      }
    }
  }
}

function sizeOf(index: PackIndex): number {
  let sizeBytes = 0
  for (const { json } of index.values()) sizeBytes += json.length + bytesPerRecord
  return Math.max(1, sizeBytes) // lru-cache takes no empty entry
}
