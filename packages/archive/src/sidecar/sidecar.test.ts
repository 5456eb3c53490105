import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { parsePart10Prefix } from '@vna/dicom'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createExampleInstance, type ExampleInstance } from '../example-instances.ts'
import { openJournal } from '../journal/journal.ts'
import { listSealedSegments } from '../journal/journal-folder.ts'
import { openFileReader } from '../segment/range-reader.ts'
import { packDigestOf, readSegment } from '../segment/read-segment.ts'
import { type BuiltSidecar, buildSidecar } from './build-sidecar.ts'
import { readSidecar, sidecarInstancesOf } from './read-sidecar.ts'
import { frameCountOf, frameOf } from './sidecar-format.ts'

type Received = Pick<ExampleInstance, 'prefix' | 'dataSet' | 'sopInstanceUid'>

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidecar-'))
})

afterAll(() => rm(folder, { recursive: true }))

async function writePack(name: string, instances: readonly Received[]): Promise<string> {
  const journal = await openJournal({ folder: join(folder, name), limits: { hardFreeBytes: 0, sealBytes: 1e9 } })
  const lane = journal.openLane({ entityCode: 'ASST-1', source: 'CT1', campaign: 'c' })
  const commits = instances.map(({ prefix, dataSet, sopInstanceUid }) => {
    const writer = lane.begin({ prefix, studyInstanceUid: '1', sopInstanceUid })
    writer.write([dataSet])
    return writer.commit()
  })
  await Promise.all(commits)
  await journal.close()
  const [segment] = await listSealedSegments(journal.folder)
  return segment!.path
}

async function buildFrom(path: string): Promise<BuiltSidecar> {
  const reader = await openFileReader(path)
  try {
    return await buildSidecar(reader, { packKey: 'packs/x.tar' })
  } finally {
    await reader.close()
  }
}

describe('sidecar', () => {
  it('describes every member, and reads back as it was built', async () => {
    const examples = [1, 2, 3].map((n) => createExampleInstance({ n, pixelBytes: n * 40_000 }))
    const path = await writePack('three', examples)
    const built = await buildFrom(path)
    expect(built.problems).toEqual([])
    const headers = []
    for await (const member of readSegment(path)) headers.push(member.header)
    expect(Buffer.from(built.packDigest)).toEqual(packDigestOf(headers))
    const sidecar = await readSidecar(built.bytes)
    expect(sidecar).toMatchObject({ packKey: 'packs/x.tar', sizeBytes: built.sizeBytes, packDigest: built.packDigest })
    expect(sidecarInstancesOf(sidecar)).toEqual(built.instances)
    const json = JSON.parse(sidecar.records[1]!.json.toString())
    expect(json['00080018']).toEqual({ vr: 'UI', Value: [examples[1]!.sopInstanceUid] })
    expect(json['7FE00010']).toEqual({ vr: 'OW', BulkDataURI: '{instance}/bulkdata/7FE00010' })
    expect(built.instances[0]).toMatchObject({
      seq: 1,
      name: '1.2.826.0.1.1.dcm',
      entity: 'ASST-1',
      campaign: 'c',
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      header: { studyInstanceUid: '1.2.826.0.2', patient: { id: 'P1', name: 'ROSSI^MARIO' } },
    })
  })

  it('says where frames and bulk data are', async () => {
    const example = createExampleInstance({ n: 7, pixelBytes: 60_000 })
    const path = await writePack('frames', [example])
    const [instance] = (await buildFrom(path)).instances
    const pack = await readFile(path)
    const dataSet = pack.subarray(instance!.offset + instance!.dataSetOffset, instance!.offset + instance!.lengthBytes)
    expect(frameCountOf(instance!.frames!)).toBe(2)
    const [range] = frameOf(instance!.frames!, 2)!
    expect(dataSet.subarray(range!.offset, range!.offset + range!.lengthBytes)).toEqual(Buffer.alloc(30_000, 7))
    expect(frameOf(instance!.frames!, 3)).toBeUndefined()
    const [offset, lengthBytes, vr] = instance!.bulk!['7FE00010']!
    expect([dataSet.subarray(offset, offset + lengthBytes).equals(Buffer.alloc(60_000, 7)), vr]).toEqual([true, 'OW'])
  })

  it('is the same bytes for the same pack', async () => {
    const path = await writePack('same', [createExampleInstance({ n: 1 })])
    const [first, second] = [await buildFrom(path), await buildFrom(path)]
    expect(Buffer.from(first.bytes).equals(second.bytes)).toBe(true)
  })

  it('keeps an entry, with the identity seen, for a member it cannot read', async () => {
    const example = createExampleInstance({ n: 9 })
    const cut = { ...example, dataSet: example.dataSet.subarray(0, example.dataSet.length - 5) }
    const noMeta = { ...example, prefix: Buffer.alloc(200, 1) }
    const built = await buildFrom(await writePack('cut', [cut, noMeta, createExampleInstance({ n: 10 })]))
    expect(built.problems.map(({ seq, code }) => [seq, code])).toEqual([
      [1, 'truncated'],
      [2, 'malformed-file-meta'],
    ])
    expect(built.instances[0]!.header.studyInstanceUid).toBe('1.2.826.0.2')
    expect(sidecarInstancesOf(await readSidecar(built.bytes))).toEqual(built.instances)
  })

  it('notices every byte that is another than it was written', async () => {
    const path = await writePack('flipped', [createExampleInstance({ n: 1, pixelBytes: 0 })])
    const { bytes } = await buildFrom(path)
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Uint8Array.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ 0xff
      await expect(readSidecar(flipped), `byte ${at}`).rejects.toMatchObject({ code: 'malformed-sidecar' })
    }
  })

  it('reads what format 1 wrote, frames by their fragments', async () => {
    const head = '{"format":1,"pack":{"key":"packs/x.tar","sizeBytes":9,"digest":"00"},"instances":1}'
    const frames = '{"kind":"fragments","frames":[[100,4],[112,4,124,6]]}'
    const line = `{"h":{"seq":1,"offset":2048,"lengthBytes":900,"frames":${frames}},"j":{"00080018":{"vr":"UI","Value":["1.4"]}}}`
    const sidecar = await readSidecar(zstdCompressSync(`${head}\n${line}\n`))
    const [record] = sidecar.records
    expect(frameCountOf(record!.entry.frames!)).toBe(2)
    expect(frameOf(record!.entry.frames!, 2)).toEqual([
      { offset: 112, lengthBytes: 4 },
      { offset: 124, lengthBytes: 6 },
    ])
    expect(sidecarInstancesOf(sidecar)[0]!.header.sopInstanceUid).toBe('1.4')
  })

  it('refuses what is no sidecar', async () => {
    const built = await buildFrom(await writePack('whole', [createExampleInstance({ n: 1 })]))
    const wrong = [Buffer.alloc(0), Buffer.from('x'), built.bytes.subarray(0, -1), zstdCompressSync('{"format":3}\n')]
    for (const bytes of wrong) {
      await expect(readSidecar(bytes)).rejects.toMatchObject({ code: 'malformed-sidecar' })
    }
  })

  it('describes every sample that is at hand', async () => {
    const samples = await readSamples()
    if (samples.length === 0) return
    const built = await buildFrom(await writePack('samples', samples))
    expect(built.instances).toHaveLength(samples.length)
    expect(sidecarInstancesOf(await readSidecar(built.bytes))).toEqual(built.instances)
    const readable = built.instances.filter(({ problem }) => problem === undefined)
    expect(readable.length).toBeGreaterThan(samples.length * 0.9)
  }, 30_000)
})

/** Public DICOM files beside the repository, or where VNA_DICOM_SAMPLES says; none where they are absent. */
async function readSamples(): Promise<Received[]> {
  // biome-ignore lint/style/noProcessEnv: where a test finds its samples, not configuration
  const root = process.env.VNA_DICOM_SAMPLES ?? join(import.meta.dirname, '../../../../../shared/dicom-samples')
  if (!existsSync(root)) return []
  const received: Received[] = []
  for (const folderName of ['modality', 'transfer-syntax', 'encapsulation', 'charset', 'structure', 'series']) {
    for (const name of await readdir(join(root, folderName), { recursive: true })) {
      if (!name.endsWith('.dcm')) continue
      const bytes = await readFile(join(root, folderName, name))
      const prefix = parsePart10Prefix(bytes, { complete: true })
      if (prefix.kind !== 'part10') continue
      const at = prefix.dataSetOffset
      received.push({
        prefix: bytes.subarray(0, at),
        dataSet: bytes.subarray(at),
        sopInstanceUid: `1.${received.length}`,
      })
    }
  }
  return received
}
