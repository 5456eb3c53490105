import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addEntity } from '../../packages/entities/src/index.ts'
import { type CatalogFixture, type SampleInstance, samplePack, sha256, startCatalog } from './support-catalog.ts'
import { contentsOf } from './support-contents.ts'

let fixture: CatalogFixture

beforeAll(async () => {
  fixture = await startCatalog()
})
afterAll(() => fixture.stop())
beforeEach(() => fixture.clear())

const at = (second: number) => `2026-11-24T10:00:${String(second).padStart(2, '0')}.000Z`
const jpegLossy = '1.2.840.10008.1.2.4.51'

async function register(...samples: SampleInstance[]): Promise<void> {
  for (const sample of samples) await fixture.catalog.registerPack(samplePack([sample]))
}

async function currentBytes(sop = '1.2.3.4'): Promise<string[]> {
  const located = await fixture.catalog.locateInstances(
    { studyInstanceUid: '1.2.3', sopInstanceUid: sop },
    { kind: 'all' },
  )
  return located.map((instance) => Buffer.from(instance.sha256).toString('hex'))
}

const digest = (bytes: string) => Buffer.from(sha256(bytes)).toString('hex')

describe('the same SOP Instance UID again', () => {
  it('with the same bytes makes no version, but is remembered', async () => {
    await register({ bytes: 'a', receivedAt: at(1) }, { bytes: 'a', receivedAt: at(2) })
    expect(await currentBytes()).toEqual([digest('a')])
    const contents = await contentsOf(fixture.database)
    expect(contents.instances).toHaveLength(1)
    expect(contents.copies).toHaveLength(1)
    expect(contents.studies[0]).toMatchObject({ number_of_instances: 1, number_of_series: 1 })
  })

  it('with other bytes from its owner replaces the current version, and the first stays retrievable by digest', async () => {
    await register({ bytes: 'a', receivedAt: at(1) }, { bytes: 'b', receivedAt: at(2) })
    expect(await currentBytes()).toEqual([digest('b')])
    const [first] = await fixture.catalog.locateInstances(
      { studyInstanceUid: '1.2.3', sopInstanceUid: '1.2.3.4', sha256: digest('a') },
      { kind: 'all' },
    )
    expect(first).toMatchObject({ current: false })
    expect((await contentsOf(fixture.database)).studies[0]).toMatchObject({ number_of_instances: 1 })
  })

  it.each([
    ['from another entity', { bytes: 'b', entity: 'ASST-B', receivedAt: at(2) }],
    ['by migration', { bytes: 'b', campaign: 'M1', receivedAt: at(2) }],
    ['lossy', { bytes: 'b', transferSyntaxUid: jpegLossy, receivedAt: at(2) }],
  ])('with other bytes %s leaves the current version', async (_, sample) => {
    await register({ bytes: 'a', receivedAt: at(1) }, sample)
    expect(await currentBytes()).toEqual([digest('a')])
  })

  it('keeps the first where the entity wants so from that day on', async () => {
    await addEntity(fixture.catalog, {
      code: 'ASST-A',
      kind: 'EEP',
      name: 'A',
      aeTitles: ['A'],
      duplicatePolicy: 'keep-first',
    })
    const later = new Date(Date.now() + 60_000).toISOString()
    const evenLater = new Date(Date.now() + 120_000).toISOString()
    await register({ bytes: 'a', receivedAt: at(1) }, { bytes: 'b', receivedAt: at(2) })
    expect(await currentBytes()).toEqual([digest('b')])
    await register({ bytes: 'c', receivedAt: later }, { bytes: 'd', receivedAt: evenLater })
    expect(await currentBytes()).toEqual([digest('b')])
  })

  it('twice within one pack is judged like in two', async () => {
    await fixture.catalog.registerPack(
      samplePack([
        { bytes: 'a', receivedAt: at(1) },
        { bytes: 'b', receivedAt: at(2) },
        { bytes: 'a', receivedAt: at(3) },
      ]),
    )
    expect(await currentBytes()).toEqual([digest('b')])
    const contents = await contentsOf(fixture.database)
    expect(contents.instances).toHaveLength(2)
    expect(contents.copies).toHaveLength(1)
  })
})

describe('headers that differ', () => {
  it('show what the owner corrected once every instance is corrected', async () => {
    const wrong = { id: 'P1', otherIds: [{ id: 'RSSMRA80A01F205X' }], name: 'ROSI^MARIO' }
    const right = { id: 'P2', otherIds: [], name: 'ROSSI^MARIO' }
    await register(
      { sop: '1.1', bytes: 'a1', patient: wrong, receivedAt: at(1) },
      { sop: '1.2', bytes: 'a2', patient: wrong, receivedAt: at(2) },
      { sop: '1.1', bytes: 'b1', patient: right, receivedAt: at(3) },
    )
    const before = await contentsOf(fixture.database)
    expect(before.studies[0]).toMatchObject({ patient_name: 'ROSI^MARIO', identifiers: ['RSSMRA80A01F205X'] })
    await register({ sop: '1.2', bytes: 'b2', patient: right, receivedAt: at(4) })
    const after = await contentsOf(fixture.database)
    expect(after.studies[0]).toMatchObject({ patient_name: 'ROSSI^MARIO', patient: 'P2', identifiers: [] })
  })

  it('of another entity never show on the owner’s study', async () => {
    const theirs = { id: 'B1', otherIds: [], name: 'ROSSI^M' }
    await register(
      { bytes: 'a', receivedAt: at(5) },
      { bytes: 'b', entity: 'ASST-B', patient: theirs, receivedAt: at(6) },
    )
    const contents = await contentsOf(fixture.database)
    expect(contents.studies[0]).toMatchObject({ patient_name: 'ROSSI^MARIO', owner: 'ASST-A', several_holders: true })
    expect(contents.holders).toHaveLength(2)
  })

  it('of a series that only another entity sees do not depend on the order of registration', async () => {
    const theirs = (second: number, description: string) => ({
      entity: 'ASST-B',
      bytes: description,
      series: '1.2.3.9',
      seriesHeader: { modality: 'CT', number: 9, description },
      receivedAt: at(second),
    })
    const packs = [{ bytes: 'a', receivedAt: at(1) }, theirs(2, 'first'), theirs(3, 'second')].map((one) =>
      samplePack([one]),
    )
    const [ours, first, second] = packs
    for (const order of [
      [ours, first, second],
      [second, first, ours],
    ]) {
      await fixture.clear()
      for (const pack of order) if (pack !== undefined) await fixture.catalog.registerPack(pack)
      const series = (await contentsOf(fixture.database)).series.find((one) => one.series_instance_uid === '1.2.3.9')
      expect(series).toMatchObject({ number_of_instances: 0, description: 'second' })
    }
  })

  it('move an instance to the series that its current version names', async () => {
    await register(
      { sop: '1.1', bytes: 'a', series: '1.2.3.1', receivedAt: at(1) },
      { sop: '1.2', bytes: 'b', series: '1.2.3.1', receivedAt: at(2) },
      { sop: '1.2', bytes: 'c', series: '1.2.3.2', seriesHeader: { modality: 'SR', number: 2 }, receivedAt: at(3) },
    )
    const contents = await contentsOf(fixture.database)
    expect(contents.series.map(({ number_of_instances }) => number_of_instances)).toEqual([1, 1])
    expect(contents.studies[0]).toMatchObject({ number_of_series: 2, number_of_instances: 2, modalities: 'CT\\SR' })
    await register({ sop: '1.1', bytes: 'd', series: '1.2.3.2', receivedAt: at(4) })
    const emptied = await contentsOf(fixture.database)
    expect(emptied.studies[0]).toMatchObject({ number_of_series: 1, number_of_instances: 2, modalities: 'SR' })
  })
})

describe('two entities and one study', () => {
  it('share identical bytes, each a holder', async () => {
    await register({ bytes: 'a', receivedAt: at(1) }, { bytes: 'a', entity: 'ASST-B', receivedAt: at(2) })
    for (const entityCode of ['ASST-A', 'ASST-B']) {
      const located = await fixture.catalog.locateInstances(
        { studyInstanceUid: '1.2.3' },
        { kind: 'entity', entityCode },
      )
      expect(located).toHaveLength(1)
    }
    const strangers = await fixture.catalog.locateInstances(
      { studyInstanceUid: '1.2.3' },
      { kind: 'entity', entityCode: 'ASST-C' },
    )
    expect(strangers).toEqual([])
  })

  it('see only what they sent themselves', async () => {
    await register(
      { sop: '1.1', bytes: 'a1', receivedAt: at(1) },
      { sop: '1.2', bytes: 'a2', receivedAt: at(2) },
      { sop: '1.1', bytes: 'b1', entity: 'ASST-B', receivedAt: at(3) },
      { sop: '1.3', bytes: 'b3', entity: 'ASST-B', receivedAt: at(4) },
    )
    const seen = async (entityCode: string) =>
      (await fixture.catalog.locateInstances({ studyInstanceUid: '1.2.3' }, { kind: 'entity', entityCode })).map(
        (instance) => Buffer.from(instance.sha256).toString('hex'),
      )
    expect((await seen('ASST-A')).sort()).toEqual([digest('a1'), digest('a2')].sort())
    expect((await seen('ASST-B')).sort()).toEqual([digest('b1'), digest('b3')].sort())
    const byDigest = await fixture.catalog.locateInstances(
      { studyInstanceUid: '1.2.3', sopInstanceUid: '1.1', sha256: digest('a1') },
      { kind: 'entity', entityCode: 'ASST-B' },
    )
    expect(byDigest).toEqual([])
  })
})
