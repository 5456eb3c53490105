import { errorCodeOf } from '../archive-error.ts'
import type { ObjectStore, ObjectStoreOperation, ObserveObjectStore } from './object-store.ts'

/** The same store, telling `observe` how each operation went and how long it took. */
export function observeObjectStore(store: ObjectStore, observe: ObserveObjectStore): ObjectStore {
  const timed = async <T>(operation: ObjectStoreOperation, run: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now()
    const end = (outcome: string) => observe(operation, outcome, (performance.now() - startedAt) / 1000)
    try {
      const result = await run()
      end('ok')
      return result
    } catch (error) {
      end(errorCodeOf(error) ?? 'unknown')
      throw error
    }
  }
  return {
    kind: store.kind,
    describe: () => store.describe(),
    prepare: (signal) => timed('prepare', () => store.prepare(signal)),
    put: (key, source, o) => timed('put', () => store.put(key, source, o)),
    read: (key, range) => timed('read', () => store.read(key, range)),
    openReader: (key) =>
      timed('open', async () => {
        const reader = await store.openReader(key)
        // Reads of a local file are counted by nobody: a clock would cost more than it tells.
        if (store.kind === 'file') return reader
        return {
          sizeBytes: reader.sizeBytes,
          read: (...range) => timed('read', () => reader.read(...range)),
          close: () => reader.close(),
        }
      }),
    head: (key) => timed('head', () => store.head(key)),
    list: (prefix) => store.list(prefix),
    delete: (key) => timed('delete', () => store.delete(key)),
    probe: (signal) => timed('probe', () => store.probe(signal)),
    close: () => store.close(),
  }
}
