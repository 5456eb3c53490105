import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ObjectStore } from './store/object-store.ts'

export interface ObjectStoreFixture {
  store: ObjectStore
  dispose(): Promise<void>
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

/** What every object store must do: run it on each implementation. The fixture's store is empty. */
export function describeObjectStore(name: string, createFixture: () => Promise<ObjectStoreFixture>): void {
  describe(`object store contract: ${name}`, () => {
    let fixture: ObjectStoreFixture
    let store: ObjectStore
    let folder: string
    const body = randomBytes(300_000)

    beforeAll(async () => {
      fixture = await createFixture()
      store = fixture.store
      await store.prepare()
      folder = await mkdtemp(join(tmpdir(), 'objects-'))
    }, 120_000)

    afterAll(async () => {
      await store.close()
      await fixture.dispose()
      await rm(folder, { recursive: true })
    })

    const fileOf = async (bytes: Uint8Array) => {
      const path = join(folder, randomBytes(6).toString('hex'))
      await writeFile(path, bytes)
      return path
    }

    it('keeps bytes and files, and gives them back whole or in ranges', async () => {
      await store.put('packs/2026/01/31/j1/a.tar', { path: await fileOf(body) }, { sizeBytes: body.length })
      await store.put('packs/2026/01/31/j1/a.sidecar.zst', { bytes: body }, { sizeBytes: body.length })
      for (const key of ['packs/2026/01/31/j1/a.tar', 'packs/2026/01/31/j1/a.sidecar.zst']) {
        expect(body.equals(await store.read(key))).toBe(true)
        const part = await store.read(key, { offset: 1000, length: 70_000 })
        expect(body.subarray(1000, 71_000).equals(part)).toBe(true)
        expect(await store.head(key)).toMatchObject({ sizeBytes: body.length })
      }
    })

    it('keeps an empty object', async () => {
      await store.put('empty', { bytes: new Uint8Array() }, { sizeBytes: 0 })
      expect(await store.read('empty')).toHaveLength(0)
      await store.delete('empty')
    })

    it('reads at positions into a buffer of the caller', async () => {
      await store.put('ranged', { bytes: body }, { sizeBytes: body.length })
      const reader = await store.openReader('ranged')
      const target = Buffer.alloc(100)
      expect(reader.sizeBytes).toBe(body.length)
      expect(await reader.read(target, 10, 50, 12_345)).toBe(50)
      expect(target.subarray(10, 60).equals(body.subarray(12_345, 12_395))).toBe(true)
      expect(await reader.read(target, 0, 100, body.length - 7)).toBe(7)
      expect(await reader.read(target, 0, 100, body.length)).toBe(0)
      await reader.close()
      await store.delete('ranged')
    })

    it('refuses a range past the end', async () => {
      await store.put('short', { bytes: body.subarray(0, 10) }, { sizeBytes: 10 })
      await expect(store.read('short', { offset: 5, length: 6 })).rejects.toMatchObject({ code: 'bad-range' })
      await expect(store.read('short', { offset: 10, length: 1 })).rejects.toMatchObject({ code: 'bad-range' })
      await store.delete('short')
    })

    it('accepts the right digest and refuses a wrong one, keeping nothing', async () => {
      const o = { sizeBytes: body.length, sha256: sha256(body) }
      const kept = await store.put('digest/right', { path: await fileOf(body) }, o)
      expect(Buffer.from(kept.sha256!).equals(o.sha256)).toBe(true)
      const wrong = { sizeBytes: body.length, sha256: sha256(Buffer.from('other')) }
      for (const source of [{ bytes: body }, { path: await fileOf(body) }]) {
        await expect(store.put('digest/wrong', source, wrong)).rejects.toMatchObject({ code: 'digest-mismatch' })
      }
      expect(await store.head('digest/wrong')).toBeUndefined()
    })

    it('refuses a truncated body, keeping nothing', async () => {
      const path = await fileOf(body)
      await truncate(path, 1000)
      const o = { sizeBytes: body.length }
      await expect(store.put('cut', { path }, o)).rejects.toMatchObject({ code: 'size-mismatch' })
      await expect(store.put('cut', { bytes: body.subarray(1) }, o)).rejects.toMatchObject({ code: 'size-mismatch' })
      expect(await store.head('cut')).toBeUndefined()
    })

    it('may be told the same thing again', async () => {
      const path = await fileOf(body)
      for (let i = 0; i < 3; i++) await store.put('again', { path }, { sizeBytes: body.length })
      await store.put('again', { path: await fileOf(body) }, { sizeBytes: body.length })
      expect(body.equals(await store.read('again'))).toBe(true)
    })

    it('lists by day and by any prefix, in byte order', async () => {
      const keys = [
        'days/2026/01/31/j1/x.tar',
        'days/2026/02/01/j-1/x.tar',
        'days/2026/02/01/j/x.tar',
        'days/2026/02/01/j1/x.tar',
      ]
      for (const key of keys.toReversed()) await store.put(key, { bytes: body.subarray(0, 5) }, { sizeBytes: 5 })
      expect(await keysOf(store, 'days/')).toEqual(keys)
      expect(await keysOf(store, 'days/2026/02/01/')).toEqual(keys.slice(1))
      expect(await keysOf(store, 'days/2026/02/01/j1')).toEqual(keys.slice(3))
      expect(await keysOf(store, 'days/2027/')).toEqual([])
    })

    it('says what is missing, and deletes what may be absent', async () => {
      await store.put('gone', { bytes: body }, { sizeBytes: body.length })
      await store.delete('gone')
      await store.delete('gone')
      expect(await store.head('gone')).toBeUndefined()
      await expect(store.read('gone')).rejects.toMatchObject({ code: 'missing-object', retryable: false })
      await expect(store.openReader('gone')).rejects.toMatchObject({ code: 'missing-object' })
      expect(await keysOf(store, 'gone')).toEqual([])
    })

    it('refuses keys that mean something to a file system', async () => {
      const o = { sizeBytes: 1 }
      for (const key of ['', '/a', 'a/', 'a//b', '../a', 'a/../b', '.tmp/x', 'a\\b', 'a\0b', 'à', 'x'.repeat(2000)]) {
        await expect(store.put(key, { bytes: new Uint8Array(1) }, o)).rejects.toMatchObject({ code: 'bad-key' })
        await expect(store.read(key)).rejects.toMatchObject({ code: 'bad-key' })
      }
    })

    it('answers a probe', async () => {
      await store.probe(AbortSignal.timeout(5000))
    })
  })
}
