import { type ObjectStore, parsePackKey } from '@vna/archive'

/** The keys of all packs below a prefix, oldest day first; sidecars and strangers are left out. */
export async function* packKeys(store: ObjectStore, prefix: string): AsyncGenerator<string> {
  for await (const { key } of store.list(prefix)) {
    if (parsePackKey(key) !== undefined) yield key
  }
}

export async function countPacks(store: ObjectStore, prefix: string): Promise<number> {
  let count = 0
  for await (const _ of packKeys(store, prefix)) count++
  return count
}
