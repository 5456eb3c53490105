import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  buildSidecar,
  createBytesReader,
  listSealedSegments,
  openFileReader,
  openJournal,
  readSidecar,
  type SealedSegment,
  sidecarInstancesOf,
} from '../../packages/archive/src/index.ts'
import { encodeElementHeader, encodePart10Prefix, explicitVrLittleEndian } from '../../packages/dicom/src/index.ts'
import { SegmentDescriber } from '../../services/archiver/src/describing/segment-describer.ts'

const endingThread = new URL('./support/ending-thread.ts', import.meta.url)
const packKey = 'packs/x.tar'

let folder: string
let describer: SegmentDescriber
let ended: number[]

const open = (options: ConstructorParameters<typeof SegmentDescriber>[0] = {}) => {
  ended = []
  describer = new SegmentDescriber({ ...options, onEnded: ({ seq }) => ended.push(seq) })
  return describer
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'describer-'))
})
afterEach(async () => {
  await describer.close()
  await rm(folder, { recursive: true })
})

function element(tag: number, vr: string, value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value as Buffer)
  const padding = Buffer.alloc(bytes.length % 2)
  return Buffer.concat([encodeElementHeader(tag, vr, bytes.length + padding.length), bytes, padding])
}

function dataSetOf(n: number, more: Buffer = Buffer.alloc(0)): Buffer {
  const uids = [
    [0x00080016, '1.2.840.10008.5.1.4.1.1.7'],
    [0x00080018, `1.2.${n}`],
    [0x0020000d, '1.2'],
    [0x0020000e, '1.3'],
  ] as const
  return Buffer.concat([...uids.map(([tag, uid]) => element(tag, 'UI', uid)), more])
}

/** A sealed segment of these data sets. */
async function segmentOf(dataSets: readonly Buffer[]): Promise<SealedSegment> {
  const journal = await openJournal({ folder, limits: { hardFreeBytes: 0, sealBytes: 1e9 } })
  const lane = journal.openLane({ entityCode: 'ASST-1', source: 'CT1' })
  const sopClassUid = '1.2.840.10008.5.1.4.1.1.7'
  for (const [index, dataSet] of dataSets.entries()) {
    const sopInstanceUid = `1.2.${index + 1}`
    const prefix = encodePart10Prefix({ sopClassUid, sopInstanceUid, transferSyntaxUid: explicitVrLittleEndian })
    const writer = lane.begin({ prefix, studyInstanceUid: '1.2', sopInstanceUid })
    writer.write([dataSet])
    await writer.commit()
  }
  await journal.close()
  const [segment] = await listSealedSegments(folder)
  return segment!
}

/** So many empty items of a sequence: the most elements that bytes can hold. */
function items(count: number): Buffer {
  const item = Buffer.from('feff00e000000000', 'hex')
  return element(0x0040a730, 'SQ', Buffer.alloc(count * item.length, item))
}

const plain = (count: number) => Array.from({ length: count }, (_, n) => dataSetOf(n + 1))
const problemsOf = (instances: Awaited<ReturnType<SegmentDescriber['describe']>>['instances']) =>
  instances.map(({ problem }) => problem)

describe('describing a segment in a thread', () => {
  it('gives what describing it here gives', async () => {
    const segment = await segmentOf(plain(3))
    const there = await open().describe(segment, packKey)
    const reader = await openFileReader(segment.path)
    const here = await buildSidecar(reader, { packKey })
    await reader.close()
    expect(Buffer.from(there.bytes).equals(here.bytes)).toBe(true)
    expect(Buffer.from(there.packDigest).equals(here.packDigest)).toBe(true)
    expect(there.instances).toEqual(here.instances)
    expect(ended).toEqual([])
  })

  it('of a member that takes more memory than a thread has ends that thread only, twice, and describes the others', async () => {
    const segment = await segmentOf([dataSetOf(1), dataSetOf(2, items(600_000)), dataSetOf(3)])
    const described = await open({ limits: { threadHeapMiB: 64 } }).describe(segment, packKey)
    expect(problemsOf(described.instances)).toEqual([undefined, 'thread-ended', undefined])
    expect(described.instances[1]).toMatchObject({ undescribable: true, name: '1.2.2.dcm' })
    expect(ended).toEqual([2])
    expect(sidecarInstancesOf(await readSidecar(described.bytes))).toEqual(described.instances)
  }, 60_000)

  it('has memory for as many elements as an instance may have', async () => {
    const segment = await segmentOf([dataSetOf(1, items(1_999_000))])
    const described = await open().describe(segment, packKey)
    expect([problemsOf(described.instances), ended]).toEqual([[undefined], []])
  }, 60_000)

  it('ends by itself however many members end their threads, and tries no member a third time', async () => {
    const segment = await segmentOf(plain(9))
    const limits = { maxEndedThreads: 2 }
    const described = await open({ file: endingThread, limits }).describe(segment, 'packs/ends-at-2-4-6-7.tar')
    const gone = 'thread-ended'
    expect(problemsOf(described.instances)).toEqual([
      ...[undefined, gone, undefined, gone, undefined],
      ...['not-tried', 'not-tried', 'not-tried', 'not-tried'],
    ])
    expect(ended).toEqual([2, 4, 6])
  }, 60_000)

  it('tries a member that is harmless alone once more among the others', async () => {
    const segment = await segmentOf(plain(2))
    const described = await open({ file: endingThread }).describe(segment, 'packs/harmless-alone-ends-at-2.tar')
    expect(problemsOf(described.instances)).toEqual([undefined, 'thread-ended'])
    expect(ended).toEqual([2, 2])
  }, 60_000)

  it('throws for a segment that cannot be read, with its code', async () => {
    const segment = await segmentOf(plain(1))
    await writeFile(segment.path, Buffer.alloc(5_000, 7))
    await expect(open().describe(segment, packKey)).rejects.toMatchObject({
      code: 'malformed-segment',
      retryable: false,
    })
    await expect(buildSidecar(createBytesReader(Buffer.alloc(5_000, 7)), { packKey })).rejects.toMatchObject({
      code: 'malformed-segment',
    })
  })
})
