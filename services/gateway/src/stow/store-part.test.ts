import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Journal, openJournal } from '@vna/archive'
import { encodeDataSet, encodePart10Prefix, explicitVrLittleEndian } from '@vna/dicom'
import { intakeLimits } from '@vna/intake'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { maxPart10PrefixBytes, StorePart } from './store-part.ts'

const sopClassUid = '1.2.840.10008.5.1.4.1.1.7'
const sopInstanceUid = '1.2.3.4'
const prefix = encodePart10Prefix({ sopClassUid, sopInstanceUid, transferSyntaxUid: explicitVrLittleEndian })
const dataSet = encodeDataSet(
  {
    '00080016': { vr: 'UI', Value: [sopClassUid] },
    '00080018': { vr: 'UI', Value: [sopInstanceUid] },
    '0020000D': { vr: 'UI', Value: ['1.2.3'] },
    '0020000E': { vr: 'UI', Value: ['1.2.3.1'] },
  },
  { encoding: 'explicit-le' },
)

describe('a part of a store request', () => {
  let folder: string
  let journal: Journal

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'store-part-'))
    journal = await openJournal({ folder, limits: { hardFreeBytes: 0 } })
  })

  afterEach(async () => {
    await journal.close()
    await rm(folder, { recursive: true })
  })

  async function store(file: Uint8Array, sizes: (at: number) => number) {
    const lane = journal.openLane({ entityCode: 'ASST-TEST', source: 'TEST/stow' })
    const part = new StorePart({
      lane,
      limits: intakeLimits,
      maxPrefixBytes: maxPart10PrefixBytes,
      requiredStudyInstanceUid: undefined,
      hasRoom: true,
    })
    for (let at = 0; at < file.length; ) {
      const size = sizes(at)
      part.write(file.subarray(at, at + size))
      at += size
    }
    const outcome = await part.finish()
    const { lengthBytes } = part
    await lane.close()
    return { outcome, lengthBytes }
  }

  it.each([
    ['whole', () => 1 << 20],
    ['byte by byte', () => 1],
    ['in two, the second with the rest', (at: number) => (at === 0 ? 7 : 1 << 20)],
  ] as const)('is stored %s', async (_, sizes) => {
    const { outcome, lengthBytes } = await store(Buffer.concat([prefix, dataSet]), sizes)
    expect(outcome).toMatchObject({ kind: 'stored', sopInstanceUid, studyInstanceUid: '1.2.3' })
    expect(lengthBytes).toBe(dataSet.length)
  })

  it('is stored when its last piece is larger than a prefix may be', async () => {
    const padding = encodeDataSet(
      { '00420011': { vr: 'OB', InlineBinary: Buffer.alloc(300_000).toString('base64') } },
      {
        encoding: 'explicit-le',
      },
    )
    const file = Buffer.concat([prefix, dataSet, padding])
    const { outcome, lengthBytes } = await store(file, (at) => (at === 0 ? 100 : 1 << 20))
    expect(outcome).toMatchObject({ kind: 'stored' })
    expect(lengthBytes).toBe(dataSet.length + padding.length)
  })

  it.each([1, 3, 70_000])('is refused when its File Meta Information does not end, in pieces of %i', async (size) => {
    const endless = Buffer.alloc(200_000, 0)
    endless.write('DICM', 128)
    for (let at = 132; at + 12 < endless.length; at += 12) endless.write('0200130053480400564e4120', at, 'hex')
    const { outcome, lengthBytes } = await store(endless, () => size)
    expect(outcome).toMatchObject({ kind: 'refused', code: 'not-part10', status: 0xc000 })
    expect(lengthBytes).toBe(0)
  })

  it('is refused when it is something else', async () => {
    const { outcome } = await store(Buffer.from('GIF89a'.padEnd(400, 'x')), () => 50)
    expect(outcome).toMatchObject({ kind: 'refused', code: 'not-part10' })
  })
})
