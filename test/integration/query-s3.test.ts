import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openObjectStore } from '../../packages/archive/src/index.ts'
import { phantomStudy } from '../../packages/phantom/src/index.ts'
import { type Ceph, startCeph } from '../ceph/start-ceph.ts'
import { readMultipart } from './support-multipart.ts'
import { QueryFixture } from './support-query.ts'

const startTimeoutMs = 180_000
const asStored = 'multipart/related; type="application/dicom"; transfer-syntax=*'

let folder: string
let ceph: Ceph
let archive: QueryFixture
const ct = phantomStudy({ seed: 's3', kind: 'ct', instances: 12, rows: 512, columns: 512 })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'q3-'))
  ceph = await startCeph({ folder: join(folder, 'ceph') })
  const url = `s3://query/prefix?endpoint=${ceph.endpoint}&forcePathStyle=true`
  const credentials = { accessKeyId: ceph.accessKey, secretAccessKey: ceph.secretKey }
  const env = { VNA_OBJECT_STORE: url, AWS_ACCESS_KEY_ID: ceph.accessKey, AWS_SECRET_ACCESS_KEY: ceph.secretKey }
  archive = await QueryFixture.start(env, openObjectStore(url, { credentials, homeFolder: folder }))
  const instances = [...ct.instances].map((instance) => ({ ...instance, part10: instance.part10Bytes() }))
  await archive.archive(instances.slice(0, 7))
  await archive.archive(instances.slice(7))
}, startTimeoutMs)
afterAll(async () => {
  await archive?.stop()
  await ceph?.stop()
  await rm(folder, { recursive: true })
})

describe('packs in S3', () => {
  it('give back a study, its metadata and a frame', async () => {
    const expected = [...ct.instances]
    const parts = await readMultipart(await archive.fetch(`/studies/${ct.studyInstanceUid}`, { accept: asStored }))
    expect(parts).toHaveLength(expected.length)
    for (const [index, part] of parts.entries()) expect(part.body.equals(expected[index]!.part10Bytes())).toBe(true)
    const metadata = await archive.fetch(`/studies/${ct.studyInstanceUid}/metadata`)
    expect(await metadata.json()).toHaveLength(expected.length)
    const { seriesInstanceUid, sopInstanceUid } = expected[9]!
    const address = `/studies/${ct.studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}/frames/1`
    const frame = await archive.fetch(address, { accept: 'application/octet-stream' })
    const pixels = Buffer.from(expected[9]!.part10Bytes()).subarray(-512 * 512 * 2)
    expect(Buffer.from(await frame.arrayBuffer()).equals(pixels)).toBe(true)
  })

  it('503 while S3 is away', async () => {
    await ceph.stopGateway()
    // Sidecars are remembered, so metadata still answer.
    expect((await archive.fetch(`/studies/${ct.studyInstanceUid}/metadata`)).status).toBe(200)
    const away = await archive.fetch(`/studies/${ct.studyInstanceUid}`, { accept: asStored })
    expect(away.status).toBe(503)
    expect(await away.json()).toMatchObject({ type: 'urn:vna:problem:unavailable' })
    await ceph.startGateway()
    const back = await archive.fetch(`/studies/${ct.studyInstanceUid}`, { accept: asStored })
    expect(await readMultipart(back)).toHaveLength(12)
  }, 120_000)
})
