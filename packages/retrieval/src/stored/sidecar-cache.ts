import {
  ArchiveError,
  buildSidecar,
  type ObjectStore,
  readSidecar,
  type SidecarRecord,
  sidecarKeyOf,
} from '@vna/archive'

/** The records of one pack, by the offset of their Part 10 file. */
export type PackIndex = ReadonlyMap<number, SidecarRecord>

type Cached = { readonly index: PackIndex; readonly sizeBytes: number }

/** What an entry costs beside its text: an index object per instance. */
const BYTES_PER_RECORD = 1024

/**
 * Decompressed sidecars, the least recently used leaving first. `maxBytes` bounds the text kept; a sidecar that is being
 * loaded is loaded once, however many requests wait for it.
 */
export class SidecarCache {
  readonly #store: ObjectStore
  readonly #maxBytes: number
  readonly #cached = new Map<string, Cached>()
  readonly #loading = new Map<string, Promise<PackIndex>>()
  #bytes = 0

  constructor(o: { store: ObjectStore; maxBytes: number }) {
    this.#store = o.store
    this.#maxBytes = o.maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  async get(packKey: string): Promise<PackIndex> {
    const cached = this.#cached.get(packKey)
    if (cached === undefined) return this.#loadOnce(packKey)
    this.#cached.delete(packKey)
    this.#cached.set(packKey, cached)
    return cached.index
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
    this.#keep(packKey, index)
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

  #keep(packKey: string, index: PackIndex): void {
    let sizeBytes = 0
    for (const { json } of index.values()) sizeBytes += json.length + BYTES_PER_RECORD
    if (sizeBytes > this.#maxBytes) return
    this.#cached.set(packKey, { index, sizeBytes })
    this.#bytes += sizeBytes
    for (const [key, { sizeBytes: freed }] of this.#cached) {
      if (this.#bytes <= this.#maxBytes) return
      this.#cached.delete(key)
      this.#bytes -= freed
    }
  }
}
