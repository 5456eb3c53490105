import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { deflatedExplicitVrLittleEndian, encodeElementHeader, encodePart10Prefix } from '@vna/dicom'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createExampleInstance, type ExampleInstance } from '../example-instances.ts'
import { openJournal } from '../journal/journal.ts'
import { listSealedSegments } from '../journal/journal-folder.ts'
import { openFileReader } from '../segment/range-reader.ts'
import { type BuildSidecarOptions, type BuiltSidecar, buildSidecar } from './build-sidecar.ts'
import { readSidecar, sidecarInstancesOf } from './read-sidecar.ts'
import { frameCountOf, frameOf } from './sidecar-format.ts'

const mebi = 1024 ** 2
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-members-'))
})

afterAll(() => rm(folder, { recursive: true }))

let packs = 0

/** A pack of these members, described. */
async function describePack(
  members: readonly ExampleInstance[],
  o: Partial<BuildSidecarOptions> = {},
): Promise<BuiltSidecar> {
  const journal = await openJournal({
    folder: join(folder, `j${packs++}`),
    limits: { hardFreeBytes: 0, sealBytes: 1e9 },
  })
  const lane = journal.openLane({ entityCode: 'ASST-1', source: 'CT1' })
  for (const { prefix, dataSet, sopInstanceUid } of members) {
    const writer = lane.begin({ prefix, studyInstanceUid: '1', sopInstanceUid })
    writer.write([dataSet])
    await writer.commit()
  }
  await journal.close()
  const [segment] = await listSealedSegments(journal.folder)
  const reader = await openFileReader(segment!.path)
  try {
    return await buildSidecar(reader, { packKey: 'packs/x.tar', ...o })
  } finally {
    await reader.close()
  }
}

function element(tag: number, vr: string, value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value as Buffer)
  const padded = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(vr === 'UI' ? '\0' : ' ')])
  return Buffer.concat([encodeElementHeader(tag, vr, padded.length), padded])
}

function item(content: Uint8Array): Buffer {
  const header = Buffer.from('feff00e000000000', 'hex')
  header.writeUInt32LE(content.length, 4)
  return Buffer.concat([header, content])
}

/** The identity of an instance, then what is asked for. `after` must be of higher tags. */
function instance(n: number, o: { before?: Buffer; after?: Buffer; isDeflated?: boolean }): ExampleInstance {
  const example = createExampleInstance({ n })
  const identity = [
    element(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.2'),
    element(0x00080018, 'UI', example.sopInstanceUid),
    element(0x0020000d, 'UI', example.studyInstanceUid),
    element(0x0020000e, 'UI', '1.2.3'),
  ]
  const dataSet = Buffer.concat([o.before ?? Buffer.alloc(0), ...identity, o.after ?? Buffer.alloc(0)])
  if (o.isDeflated !== true) return { ...example, dataSet }
  const prefix = encodePart10Prefix({
    sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
    sopInstanceUid: example.sopInstanceUid,
    transferSyntaxUid: deflatedExplicitVrLittleEndian,
  })
  return { ...example, prefix, dataSet: deflateRawSync(dataSet) }
}

function repeated(bytes: Buffer, lengthBytes: number): Buffer {
  return Buffer.alloc(lengthBytes - (lengthBytes % bytes.length), bytes)
}

/** Text values of 60 KB, so many that they are `lengthBytes` together. */
function texts(tag: number, vr: string, unit: Buffer, lengthBytes: number): Buffer {
  const value = element(tag, vr, repeated(unit, 60_000))
  return Buffer.concat(Array.from({ length: Math.ceil(lengthBytes / value.length) }, () => item(value)))
}

const sequence = (tag: number, items: Buffer): Buffer => element(tag, 'SQ', items)
const between = (n: number): ExampleInstance => createExampleInstance({ n })

/** Each of them inflates, or multiplies, to what no thread and no string can hold. */
const hostile: readonly (readonly [name: string, problem: string, make: () => ExampleInstance])[] = [
  [
    'elements beyond number',
    'too-many-elements',
    () => instance(2, { after: sequence(0x0040a730, repeated(item(Buffer.alloc(0)), 60 * mebi)), isDeflated: true }),
  ],
  [
    'text that inflates a thousandfold',
    'header-too-long',
    () =>
      instance(2, {
        after: sequence(0x0040a730, texts(0x0040a160, 'UT', Buffer.from('abcd'), 60 * mebi)),
        isDeflated: true,
      }),
  ],
  [
    'names whose JSON is ten times as long',
    'json-too-long',
    () =>
      instance(2, {
        after: sequence(0x0040a730, texts(0x0040a123, 'PN', Buffer.from('a\\'), 7.5 * mebi)),
        isDeflated: true,
      }),
  ],
  [
    'escape sequences and nothing else',
    'too-many-escapes',
    () =>
      instance(2, {
        before: element(0x00080005, 'CS', '\\ISO 2022 IR 149'),
        after: sequence(0x0040a730, texts(0x0040a160, 'UT', Buffer.from('1b242943fbf3', 'hex'), 8 * mebi)),
        isDeflated: true,
      }),
  ],
  [
    'a header of which the catalog would keep megabytes',
    'instance-header-too-long',
    () =>
      instance(2, {
        after: sequence(0x00400275, texts(0x00400007, 'LT', Buffer.from('abcd'), 2 * mebi)),
      }),
  ],
]

describe('a member that takes more than an instance of its size may take', () => {
  it.each(hostile)(
    '%s: %s, and its neighbours are described',
    async (_name, problem, make) => {
      const bad = make()
      const startedAt = process.cpuUsage()
      const built = await describePack([between(1), bad, between(3)])
      const { user, system } = process.cpuUsage(startedAt)
      expect(built.problems.map(({ seq, code }) => [seq, code])).toEqual([[2, problem]])
      expect(built.instances.map((described) => described.undescribable)).toEqual([undefined, true, undefined])
      expect(built.instances[1]).toMatchObject({ name: `${bad.sopInstanceUid}.dcm`, lengthBytes: expect.any(Number) })
      expect(sidecarInstancesOf(await readSidecar(built.bytes))).toEqual(built.instances)
      // Minutes before; the steps are counted above, this only shows that nothing of them is left.
      expect((user + system) / 1e6).toBeLessThan(20)
    },
    60_000,
  )

  it('is the same each time', async () => {
    const members = [between(1), hostile[3]![2](), between(3)]
    const [first, second] = [await describePack(members), await describePack(members)]
    expect(first.problems).toEqual(second.problems)
  }, 60_000)

  it('leaves the others of its pack what is theirs, however many it is', async () => {
    const greedy = Array.from({ length: 12 }, (_, n) =>
      instance(n + 1, {
        after: sequence(0x0040a730, texts(0x0040a160, 'UT', Buffer.from('abcd'), 7 * mebi)),
        isDeflated: true,
      }),
    )
    const built = await describePack([...greedy, between(20)])
    const described = built.instances.filter(({ problem }) => problem === undefined)
    // What all share is enough for nine of them.
    expect(described.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 13])
    expect(built.problems[0]).toMatchObject({ seq: 10, code: 'json-too-long' })
    expect(sidecarInstancesOf(await readSidecar(built.bytes))).toEqual(built.instances)
  }, 60_000)
})

describe('a member that is known not to be describable', () => {
  it('is not looked at, and told to be so', async () => {
    const seen: number[] = []
    const built = await describePack([between(1), between(2), between(3)], {
      undescribable: new Map([[2, 'thread-ended']]),
      onMember: (seq) => seen.push(seq),
    })
    expect(seen).toEqual([1, 3])
    expect(built.instances[1]).toMatchObject({ seq: 2, problem: 'thread-ended', undescribable: true })
  })
})

describe('an honest instance that is large', () => {
  it('of sixty million frames of one pixel takes no more than one of few', async () => {
    const rows = Buffer.from('0100', 'hex')
    const after = Buffer.concat([
      element(0x00280008, 'IS', '60000000'),
      element(0x00280010, 'US', rows),
      element(0x00280011, 'US', rows),
      element(0x00280100, 'US', Buffer.from('0800', 'hex')),
      element(0x7fe00010, 'OB', Buffer.alloc(60_000_000)),
    ])
    const built = await describePack([instance(1, { after })])
    expect(built.problems).toEqual([])
    expect(built.instances[0]!.frames).toMatchObject({ kind: 'native', count: 60_000_000 })
    expect(built.bytes.length).toBeLessThan(4096)
  }, 30_000)

  it('of 20,000 frames with functional groups is described, and its catalog row needs no parsing of all of it', async () => {
    const groups = Array.from({ length: 20_000 }, (_, n) => {
      const position = sequence(0x00209113, item(element(0x00200032, 'DS', `1.5\\-20.25\\${n}`)))
      const content = Array.from({ length: 24 }, (__, e) => element(0x00189000 + e, 'FD', Buffer.alloc(8, n & 0xff)))
      return item(Buffer.concat([sequence(0x00189004 + 0x100, item(Buffer.concat(content))), position]))
    })
    const after = Buffer.concat([
      element(0x00280008, 'IS', '20000'),
      element(0x00280010, 'US', Buffer.from('0800', 'hex')),
      element(0x00280011, 'US', Buffer.from('0800', 'hex')),
      element(0x00280100, 'US', Buffer.from('1000', 'hex')),
      sequence(0x52009230, Buffer.concat(groups)),
      element(0x7fe00010, 'OW', Buffer.alloc(20_000 * 128)),
    ])
    const built = await describePack([instance(1, { after })])
    expect(built.problems).toEqual([])
    expect(built.instances[0]!.header).toMatchObject({ instance: { numberOfFrames: 20_000, rows: 8 } })
    const [record] = (await readSidecar(built.bytes)).records
    expect(record!.entry.header).toEqual(built.instances[0]!.header)
    expect(JSON.parse(record!.json.toString())['52009230'].Value).toHaveLength(20_000)
  }, 60_000)

  it('of half a million compressed tiles keeps a number for each, and finds every one', async () => {
    const tiles = 500_000
    const fragment = item(Buffer.from('ffd8ffe0ffd9ffd9', 'hex'))
    const pixelData = Buffer.concat([
      Buffer.from('e07f10004f420000ffffffff', 'hex'),
      item(Buffer.alloc(0)),
      repeated(fragment, tiles * fragment.length),
      Buffer.from('feffdde000000000', 'hex'),
    ])
    const built = await describePack([
      instance(1, { after: Buffer.concat([element(0x00280008, 'IS', String(tiles)), pixelData]) }),
    ])
    const { frames } = (await readSidecar(built.bytes)).records[0]!.entry
    expect(frames).toMatchObject({ kind: 'items' })
    expect(frameCountOf(frames!)).toBe(tiles)
    const [first] = frameOf(frames!, 1)!
    expect(frameOf(frames!, tiles)).toEqual([
      { offset: first!.offset + (tiles - 1) * fragment.length, lengthBytes: fragment.length - 8 },
    ])
    expect(frameOf(frames!, tiles + 1)).toBeUndefined()
    expect(frameOf(frames!, 0)).toBeUndefined()
  }, 60_000)
})
