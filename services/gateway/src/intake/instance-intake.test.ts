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

  async function take(dataSet: Uint8Array, o: { pieces?: number; required?: string; maxHeldBytes?: number } = {}) {
    const lane = journal.openLane({ entityCode: 'ASST-TEST', source: 'TEST/dimse' })
    const intake = new InstanceIntake({
      lane,
      transferSyntaxUid: explicitVrLittleEndian,
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

  it('gives up waiting for the study and keeps the instance all the same', async () => {
    expect(await take(dataSetOf(), { pieces: 4, maxHeldBytes: 70 })).toMatchObject({ kind: 'stored' })
  })

  it.each([
    ['missing-uid', { '00080018': undefined }, 0xa900],
    ['missing-uid', { '00080016': undefined }, 0xa900],
    ['invalid-sop-instance-uid', { '00080018': '../../etc/passwd' }, 0x0117],
    ['sop-class-not-supported', { '00080016': '1.2.840.10008.1.3.10' }, 0x0122],
  ] as const)('refuses %s', async (code, changes, status) => {
    expect(await take(dataSetOf(changes))).toMatchObject({ kind: 'refused', code, status })
    expect(await members()).toEqual([])
  })

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
