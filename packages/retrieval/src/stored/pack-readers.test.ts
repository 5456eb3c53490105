import { zstdCompressSync } from 'node:zlib'
import { ArchiveError, type ObjectStore, type RangeReader } from '@vna/archive'
import { describe, expect, it } from 'vitest'
import { describeInstance } from './described-instance.ts'
import { PackReaders } from './pack-readers.ts'
import { SidecarCache } from './sidecar-cache.ts'
import type { StoredInstance } from './stored-instance.ts'

/** An object store of packs without content; tells what was opened, closed and read. */
function storeOf(sidecars: Readonly<Record<string, Uint8Array>>) {
  const log: string[] = []
  const missing = () => new ArchiveError('missing-object')
  const store = {
    openReader: async (key: string): Promise<RangeReader> => {
      if (!(key in sidecars)) throw missing()
      log.push(`open ${key}`)
      return { sizeBytes: 0, read: async () => 0, close: async () => void log.push(`close ${key}`) }
    },
    read: async (key: string) => {
      const bytes = sidecars[key.replace('.sidecar.zst', '.tar')]
      if (bytes === undefined) throw missing()
      log.push(`read ${key}`)
      return bytes
    },
  } as Partial<ObjectStore> as ObjectStore
  return { store, log }
}

const key = (name: string) => `packs/2026/01/31/j1/${name}.tar`
const at = (name: string, offset = 2048) =>
  ({
    packKey: key(name),
    offset,
    sopInstanceUid: '1.2',
    sha256: Buffer.alloc(32),
  }) as Partial<StoredInstance> as StoredInstance

function sidecarOf(name: string, json = '{}'): Uint8Array {
  const head = { format: 1, pack: { key: key(name), sizeBytes: 1, digest: '00' }, instances: 1 }
  const entry = { seq: 1, offset: 2048, lengthBytes: 1, sha256: '00'.repeat(32) }
  return zstdCompressSync(`${JSON.stringify(head)}\n{"h":${JSON.stringify(entry)},"j":${json}}\n`)
}

describe('PackReaders', () => {
  it('opens each pack once, a few at a time, and closes them all', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `p${index}`)
    const { store, log } = storeOf(Object.fromEntries(names.map((name) => [key(name), new Uint8Array()])))
    const packs = new PackReaders({ store, relocate: async () => undefined })
    for (const name of names) for (let twice = 0; twice < 2; twice++) await packs.open(at(name))
    await packs.close()
    expect(log.filter((line) => line.startsWith('open'))).toHaveLength(10)
    expect(log.indexOf(`close ${key('p0')}`)).toBeLessThan(log.indexOf(`open ${key('p8')}`))
    expect(log.filter((line) => line.startsWith('close'))).toHaveLength(10)
  })

  it('locates an instance once more when its pack was replaced', async () => {
    const { store } = storeOf({ [key('merged')]: new Uint8Array() })
    const relocate = async () => at('merged', 4096)
    const { instance } = await new PackReaders({ store, relocate }).open(at('small'))
    expect(instance).toMatchObject({ packKey: key('merged'), offset: 4096 })
    for (const nowhere of [async () => undefined, async () => at('small')]) {
      const packs = new PackReaders({ store, relocate: nowhere })
      await expect(packs.open(at('small'))).rejects.toMatchObject({ code: 'object-unreadable' })
    }
  })
})

describe('SidecarCache', () => {
  it('reads a sidecar once, also for requests at the same time, and forgets the least used', async () => {
    const json = `{"x":"${'a'.repeat(1000)}"}`
    const { store, log } = storeOf(
      Object.fromEntries(['a', 'b', 'c'].map((name) => [key(name), sidecarOf(name, json)])),
    )
    const cache = new SidecarCache({ store, maxBytes: 5000 })
    await Promise.all([cache.get(key('a')), cache.get(key('a'))])
    await cache.get(key('b'))
    await cache.get(key('a'))
    await cache.get(key('c'))
    expect(cache.bytes).toBeLessThanOrEqual(5000)
    await cache.get(key('a'))
    await cache.get(key('b'))
    expect(log.map((line) => line.replace(/.*\/(\w)\.sidecar\.zst/, '$1'))).toEqual(['a', 'b', 'c', 'b'])
  })

  it('keeps nothing that alone is over the limit', async () => {
    const { store } = storeOf({ [key('a')]: sidecarOf('a') })
    const cache = new SidecarCache({ store, maxBytes: 10 })
    expect((await cache.get(key('a'))).size).toBe(1)
    expect(cache.bytes).toBe(0)
  })

  it('answers for the digest of the row only, and follows a replaced pack', async () => {
    const { store } = storeOf({ [key('merged')]: sidecarOf('merged') })
    const sidecars = new SidecarCache({ store, maxBytes: 5000 })
    const relocate = async () => at('merged')
    expect((await describeInstance(at('small'), { sidecars, relocate })).json.toString()).toBe('{}')
    const other = { ...at('merged'), sha256: Buffer.alloc(32, 1) }
    await expect(describeInstance(other, { sidecars, relocate })).rejects.toMatchObject({ code: 'index-mismatch' })
  })
})
