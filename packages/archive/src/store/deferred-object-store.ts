import type { RangeReader } from '../segment/range-reader.ts'
import type { ObjectSource, ObjectStore, PutOptions, StoredObject } from './object-store.ts'

/**
 * A store whose driver is loaded at its first use: the S3 SDK takes 25 MB and a third of a second of CPU, which a process
 * that only writes a journal, or stores files, should not pay.
 */
export class DeferredObjectStore implements ObjectStore {
  readonly kind: ObjectStore['kind']
  readonly #description: string
  readonly #load: () => Promise<ObjectStore>
  #store: Promise<ObjectStore> | undefined

  constructor(o: { kind: ObjectStore['kind']; description: string; load: () => Promise<ObjectStore> }) {
    this.kind = o.kind
    this.#description = o.description
    this.#load = o.load
  }

  describe(): string {
    return this.#description
  }

  async prepare(signal?: AbortSignal): Promise<void> {
    await (await this.#loaded()).prepare(signal)
  }

  async put(key: string, source: ObjectSource, o: PutOptions): Promise<{ sha256?: Uint8Array }> {
    return (await this.#loaded()).put(key, source, o)
  }

  async read(key: string, range?: { offset: number; length: number }): Promise<Uint8Array> {
    return (await this.#loaded()).read(key, range)
  }

  async openReader(key: string): Promise<RangeReader> {
    return (await this.#loaded()).openReader(key)
  }

  async head(key: string): Promise<{ sizeBytes: number; sha256?: Uint8Array } | undefined> {
    return (await this.#loaded()).head(key)
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    yield* (await this.#loaded()).list(prefix)
  }

  async delete(key: string): Promise<void> {
    await (await this.#loaded()).delete(key)
  }

  async probe(signal: AbortSignal): Promise<void> {
    await (await this.#loaded()).probe(signal)
  }

  async close(): Promise<void> {
    await (await this.#store)?.close()
  }

  #loaded(): Promise<ObjectStore> {
    this.#store ??= this.#load()
    return this.#store
  }
}
