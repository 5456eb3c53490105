import { type ObjectStore, parsePackKey } from '@vna/archive'

/** The keys of all packs below a prefix, oldest day first; sidecars and strangers are left out. */
export async function* packKeys(store: ObjectStore, prefix: string): AsyncGenerator<string> {
  for await (const { key } of store.list(prefix)) {
    if (parsePackKey(key) !== undefined) yield key
  }
}

/** Items in groups of at most `size`. */
export async function* inGroups<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = []
  for await (const item of items) {
    group.push(item)
    if (group.length < size) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}
