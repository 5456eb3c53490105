import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ObjectStore, openObjectStore } from '../../packages/archive/src/index.ts'
import { describeObjectStore } from '../../packages/archive/src/object-store-contract.ts'
import { type Ceph, startCeph } from '../ceph/start-ceph.ts'

const mib = 1024 ** 2

let folder: string
let ceph: Ceph

function openBucket(bucket: string, limits = {}, createBucket = true): ObjectStore {
  const url = `s3://${bucket}/some/prefix?endpoint=${ceph.endpoint}&forcePathStyle=true`
  const credentials = { accessKeyId: ceph.accessKey, secretAccessKey: ceph.secretKey }
  return openObjectStore(url, { credentials, homeFolder: folder, limits, createBucket })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-'))
  ceph = await startCeph({ folder: join(folder, 'ceph') })
}, 180_000)

afterAll(async () => {
  await ceph?.stop()
  await rm(folder, { recursive: true })
})

describeObjectStore('Ceph Object Gateway', async () => ({ store: openBucket('contract'), dispose: async () => {} }))

describe('S3 object store on Ceph', () => {
  it('tells the digest of an object it stored', async () => {
    const store = openBucket('digests')
    await store.prepare()
    const bytes = randomBytes(1000)
    await store.put('a', { bytes }, { sizeBytes: bytes.length })
    const sha256 = createHash('sha256').update(bytes).digest()
    expect(sha256.equals((await store.head('a'))!.sha256!)).toBe(true)
    await store.close()
  })

  it('lists more objects than a page holds', async () => {
    const store = openBucket('pages')
    await store.prepare()
    const keys = Array.from({ length: 1005 }, (_, i) => `many/${String(i).padStart(5, '0')}`)
    for (let i = 0; i < keys.length; i += 32) {
      const batch = keys.slice(i, i + 32)
      await Promise.all(batch.map((key) => store.put(key, { bytes: new Uint8Array(1) }, { sizeBytes: 1 })))
    }
    const found: string[] = []
    for await (const { key } of store.list('many/')) found.push(key)
    expect(found).toEqual(keys)
    await store.close()
  }, 60_000)

  it('sends a large file in parts, each with a digest that the server checks', async () => {
    const store = openBucket('parts', { multipartThresholdBytes: 6 * mib, partBytes: 5 * mib })
    await store.prepare()
    const bytes = randomBytes(12 * mib + 5)
    const path = join(folder, 'large')
    await writeFile(path, bytes)
    const sha256 = createHash('sha256').update(bytes).digest()
    const o = { sizeBytes: bytes.length, sha256 }
    const kept = await store.put('large', { path }, o)
    expect(sha256.equals(kept.sha256!)).toBe(true)
    expect(bytes.equals(await store.read('large'))).toBe(true)
    const wrong = { ...o, sha256: createHash('sha256').digest() }
    await expect(store.put('other', { path }, wrong)).rejects.toMatchObject({ code: 'digest-mismatch' })
    expect(await store.head('other')).toBeUndefined()
    await store.close()
  }, 60_000)

  it('refuses a file that shrinks while it is sent', async () => {
    const store = openBucket('shrinks', { maxAttempts: 1, idleTimeoutMs: 3000 })
    await store.prepare()
    const path = join(folder, 'shrinking')
    await writeFile(path, randomBytes(8 * mib))
    const put = store.put('cut', { path }, { sizeBytes: 8 * mib, sha256: createHash('sha256').digest() })
    await truncate(path, 3 * mib)
    await expect(put).rejects.toMatchObject({ name: 'ArchiveError' })
    expect(await store.head('cut')).toBeUndefined()
    await store.close()
  }, 60_000)

  it('names a bucket that is missing and may not be made, and wrong keys', async () => {
    const missing = openBucket('never-made', {}, false)
    await expect(missing.prepare()).rejects.toMatchObject({ code: 'store-refused', retryable: false })
    const url = `s3://contract?endpoint=${ceph.endpoint}&forcePathStyle=true`
    const credentials = { accessKeyId: ceph.accessKey, secretAccessKey: 'wrong' }
    const stranger = openObjectStore(url, { credentials, homeFolder: folder })
    await expect(stranger.read('a')).rejects.toMatchObject({ code: 'store-refused', retryable: false })
    await missing.close()
    await stranger.close()
  })

  it('says that it is away, and goes on when it is back', async () => {
    const store = openBucket('digests', { maxAttempts: 2, retryDelayMs: 10 })
    await ceph.stopGateway()
    await expect(store.probe(AbortSignal.timeout(2000))).rejects.toMatchObject({ code: 'store-unavailable' })
    await expect(store.read('a')).rejects.toMatchObject({ code: 'store-unavailable', retryable: true })
    await ceph.startGateway()
    await store.probe(AbortSignal.timeout(5000))
    expect(await store.read('a')).toHaveLength(1000)
    await store.close()
  }, 90_000)
})
