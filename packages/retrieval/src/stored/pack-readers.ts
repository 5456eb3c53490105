import { ArchiveError, type ObjectStore, type RangeReader } from '@vna/archive'
import { RetrievalError } from '../retrieval-error.ts'
import type { Relocate, StoredInstance } from './stored-instance.ts'

/** Packs one request keeps open; the instances of a series mostly lie side by side. */
const maxOpenPacks = 8

export interface OpenInstance {
  readonly reader: RangeReader
  readonly instance: StoredInstance
}

/**
 * The packs that one request reads, opened once each. A pack may be replaced by a merged one between the catalog's answer
 * and the read: then the instance is located once more. One owner, which closes it; readers are used one at a time.
 */
export class PackReaders {
  readonly #store: ObjectStore
  readonly #relocate: Relocate
  readonly #open = new Map<string, RangeReader>()

  constructor(o: { store: ObjectStore; relocate: Relocate }) {
    this.#store = o.store
    this.#relocate = o.relocate
  }

  /** `instance` is the one to read by: its pack and offset may have changed. */
  async open(instance: StoredInstance): Promise<OpenInstance> {
    try {
      return { reader: await this.#readerOf(instance.packKey), instance }
    } catch (error) {
      if (!(error instanceof ArchiveError) || error.code !== 'missing-object') throw error
      const moved = await this.#relocate(instance)
      if (moved === undefined || moved.packKey === instance.packKey) throw unreadable(error)
      return { reader: await this.#readerOf(moved.packKey), instance: moved }
    }
  }

  async close(): Promise<void> {
    const readers = [...this.#open.values()]
    this.#open.clear()
    await Promise.allSettled(readers.map((reader) => reader.close()))
  }

  async #readerOf(packKey: string): Promise<RangeReader> {
    const known = this.#open.get(packKey)
    if (known !== undefined) return known
    const [oldest] = this.#open
    if (oldest !== undefined && this.#open.size >= maxOpenPacks) {
      this.#open.delete(oldest[0])
      await oldest[1].close()
    }
    const reader = await this.#store.openReader(packKey)
    this.#open.set(packKey, reader)
    return reader
  }
}

function unreadable(cause: unknown): RetrievalError {
  return new RetrievalError('object-unreadable', { cause })
}
