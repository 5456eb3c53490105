import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Journal, openJournal, readSegment } from '@vna/archive'
import { type EncodableDataSet, encodeDataSet, encodePart10Prefix, explicitVrLittleEndian } from '@vna/dicom'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InstanceIntake, intakeLimits } from './instance-intake.ts'

const sopClassUid = '1.2.840.10008.5.1.4.1.1.7'
const sopInstanceUid = '1.2.3.4'

function dataSetOf(changes: Record<string, string | undefined> = {}): Uint8Array {
  const values = { '00080016': sopClassUid, '00080018': sopInstanceUid, '0020000D': '1.2.3', '0020000E': '1.2.3.1' }
  const elements = Object.entries({ ...values, ...changes }).filter(([, value]) => value !== undefined)
  const json = Object.fromEntries(elements.map(([tag, value]) => [tag, { vr: 'UI', Value: [value] }]))
  return encodeDataSet(json as EncodableDataSet, { encoding: 'explicit-le' })
}

describe('the intake of an instance', () => {
  let folder: string
  let journal: Journal

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'intake-'))
    journal = await openJournal({ folder, limits: { hardFreeBytes: 0 } })
  })

  afterEach(async () => {
    await journal.close()
    await rm(folder, { recursive: true })
  })

  async function take(
    dataSet: Uint8Array,
    o: { pieces?: number; required?: string; maxHeldBytes?: number; transferSyntaxUid?: string } = {},
  ) {
    const lane = journal.openLane({ entityCode: 'ASST-TEST', source: 'TEST/dimse' })
    const intake = new InstanceIntake({
      lane,
      transferSyntaxUid: o.transferSyntaxUid ?? explicitVrLittleEndian,
      requiredStudyInstanceUid: o.required,
      limits: { ...intakeLimits, ...(o.maxHeldBytes !== undefined && { maxHeldBytes: o.maxHeldBytes }) },
      prefixOf: () => encodePart10Prefix({ sopClassUid, sopInstanceUid, transferSyntaxUid: explicitVrLittleEndian }),
    })
    const size = o.pieces ?? dataSet.length
    for (let at = 0; at < dataSet.length; at += size) intake.write([dataSet.slice(at, at + size)])
    const outcome = await intake.finish()
    await lane.close()
    return outcome
  }

  async function members() {
    const found = []
    for (const segmentId of await journal.sealed()) {
      for await (const member of readSegment(join(folder, 'sealed', `${segmentId}.tar`))) found.push(member)
    }
    return found
  }

  it.each([1, 7, 1024])('keeps the data set byte for byte in pieces of %i', async (pieces) => {
    const dataSet = dataSetOf()
    const outcome = await take(dataSet, { pieces })
    expect(outcome).toMatchObject({ kind: 'stored', sopInstanceUid, studyInstanceUid: '1.2.3' })
    const [member] = await members()
    expect(member).toMatchObject({ name: `${sopInstanceUid}.dcm`, entityCode: 'ASST-TEST' })
    expect(member?.lengthBytes).toBe((member?.dataSetOffset ?? 0) + dataSet.length)
  })

  it('keeps an instance without a study for an operator to place', async () => {
    expect(await take(dataSetOf({ '0020000D': undefined }))).toMatchObject({ kind: 'stored' })
    expect(await members()).toHaveLength(1)
  })

  it('keeps nothing for each piece that comes before the study', async () => {
    const long = encodeDataSet(
      { '00091010': { vr: 'OB', InlineBinary: Buffer.alloc(300_000).toString('base64') } },
      { encoding: 'explicit-le' },
    )
    const identity = Buffer.from(dataSetOf())
    // Behind SOP Class and Instance UID, before the Study Instance UID.
    const at = identity.indexOf(Buffer.from('20000d00', 'hex'))
    const dataSet = Buffer.concat([identity.subarray(0, at), long, identity.subarray(at)])
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    const lane = journal.openLane({ entityCode: 'ASST-TEST', source: 'TEST/dimse' })
    const intake = new InstanceIntake({
      lane,
      transferSyntaxUid: explicitVrLittleEndian,
      limits: intakeLimits,
      prefixOf: () => encodePart10Prefix({ sopClassUid, sopInstanceUid, transferSyntaxUid: explicitVrLittleEndian }),
    })
    const piece = new Uint8Array(1)
    const fragments = [piece]
    for (const byte of dataSet.subarray(0, at + 300_000)) {
      piece[0] = byte
      intake.write(fragments)
    }
    // An object for each byte would be some 30 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * 1024 * 1024)
    intake.write([dataSet.subarray(at + 300_000)])
    expect(await intake.finish()).toMatchObject({ kind: 'stored', studyInstanceUid: '1.2.3' })
    await lane.close()
  })

  it('gives up waiting for the study and keeps the instance all the same', async () => {
    expect(await take(dataSetOf(), { pieces: 4, maxHeldBytes: 70 })).toMatchObject({ kind: 'stored' })
  })

  it.each([
    ['missing-uid', { '00080018': undefined }, 0xa900],
    ['missing-uid', { '00080016': undefined }, 0xa900],
    ['invalid-sop-instance-uid', { '00080018': '../../etc/passwd' }, 0x0117],
    ['invalid-sop-class-uid', { '00080016': '1'.repeat(65) }, 0x0122],
    ['invalid-sop-class-uid', { '00080016': '1.2.840/\r\nX: y' }, 0x0122],
    ['sop-class-not-supported', { '00080016': '1.2.840.10008.1.3.10' }, 0x0122],
  ] as const)('refuses %s', async (code, changes, status) => {
    expect(await take(dataSetOf(changes))).toMatchObject({ kind: 'refused', code, status })
    expect(await members()).toEqual([])
  })

  it.each([['1'.repeat(3_000)], ['1.2.840\r\nX-Forged: 1'], ['x'], ['1..2']])(
    'refuses the transfer syntax %j',
    async (transferSyntaxUid) => {
      const outcome = await take(dataSetOf(), { transferSyntaxUid, pieces: 16 })
      expect(outcome).toMatchObject({ kind: 'refused', code: 'invalid-transfer-syntax-uid', status: 0xc122 })
      expect(await members()).toEqual([])
    },
  )

  it('refuses another study than the one in the URL', async () => {
    expect(await take(dataSetOf(), { required: '1.2.99' })).toMatchObject({ kind: 'refused', code: 'study-mismatch' })
  })

  it('refuses every truncation that cuts an element', async () => {
    const dataSet = dataSetOf()
    expect(await take(dataSet.slice(0, -3))).toMatchObject({ kind: 'refused', code: 'truncated', status: 0xc000 })
    expect(await members()).toEqual([])
  })

  it('lets the rest of a refused instance pass and keeps the next one on the lane', async () => {
    expect(await take(Buffer.alloc(4096, 0xff), { pieces: 64 })).toMatchObject({ kind: 'refused' })
    expect(await take(dataSetOf())).toMatchObject({ kind: 'stored' })
  })
})
