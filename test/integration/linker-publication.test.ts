import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MhdRecipient, startMhdRecipient } from '../fakes/mhd-recipient.ts'
import type { SampleInstance } from './support-catalog.ts'
import { LinkerFixture, until } from './support-linker.ts'

const codiceFiscale = 'RSSMRA80A01F205X'
const manyStudies = Number(process.env.VNA_TEST_STUDIES ?? 60)

let recipient: MhdRecipient
let fixture: LinkerFixture

beforeAll(async () => {
  recipient = await startMhdRecipient()
  fixture = await LinkerFixture.start({
    VNA_FSE_REGISTRY_URL: recipient.url,
    VNA_FSE_REGISTRY_TOKEN: recipient.token,
    VNA_FSE_REGISTRY_TIMEOUT_MS: '2000',
  })
}, 60_000)
afterAll(async () => {
  await fixture.stop()
  await recipient.shut()
})

function instance(study: string, number: number, more: Partial<SampleInstance> = {}): SampleInstance {
  return {
    study,
    series: `${study}.1`,
    sop: `${study}.1.${number}`,
    patient: { id: codiceFiscale, otherIds: [], name: 'ROSSI^MARIO', birthDate: '19800101', sex: 'M' },
    instanceHeader: { number, rows: 512, columns: 512, bitsAllocated: 16 },
    ...more,
  }
}

const publications = () => fixture.catalog.healthRecord.publications
const isConverged = async (study: string, version: number) => {
  const manifests = await publications().listManifests(study)
  const [publication] = await publications().list({ studyInstanceUid: study })
  const isCurrent = manifests.at(-1)?.state === 'REGISTERED' && manifests.at(-1)?.version === version
  return isCurrent && publication?.state === 'REGISTERED' && publication.dirtySince === null
}
const versionsOf = async (study: string) =>
  (await publications().listManifests(study)).map(({ version, state }) => [version, state])

describe('a stable study', () => {
  it('is registered in both formats, in a submission that the profile allows', async () => {
    await fixture.receive([instance('1.2.1', 1), instance('1.2.1', 2)])
    await until('registered', () => isConverged('1.2.1', 1))
    expect(recipient.problems).toEqual([])
    const current = recipient.currentOf('1.2.1')
    expect(current.map(({ formatCode }) => formatCode).toSorted()).toEqual([
      '1.2.840.10008.5.1.4.1.1.88.59',
      'urn:ihe:rad:MADO:fhir-manifest:2026',
    ])
    const [manifest] = await publications().listManifests('1.2.1')
    expect(current.map(({ masterIdentifier }) => masterIdentifier)).toEqual([
      `urn:oid:${manifest?.manifestUid}`,
      `urn:oid:${manifest?.manifestUid}`,
    ])
  })

  it('stays at version 1 while nothing changes', async () => {
    await publications().wake({ studyInstanceUids: ['1.2.1'], verify: false })
    await until('settled', () => isConverged('1.2.1', 1))
    await publications().wake({ studyInstanceUids: ['1.2.1'], verify: true })
    await until('verified', () => isConverged('1.2.1', 1))
    expect(await versionsOf('1.2.1')).toEqual([[1, 'REGISTERED']])
    expect(recipient.currentOf('1.2.1')).toHaveLength(2)
  })

  it('is replaced when an image comes late, and when one is rejected', async () => {
    await fixture.receive([instance('1.2.1', 3)])
    await until('version 2', () => isConverged('1.2.1', 2))
    await publications().rejectInstances({
      studyInstanceUid: '1.2.1',
      sopInstanceUids: ['1.2.1.1.2'],
      reason: '113001',
    })
    await until('version 3', () => isConverged('1.2.1', 3))
    expect(await versionsOf('1.2.1')).toEqual([
      [1, 'SUPERSEDED'],
      [2, 'SUPERSEDED'],
      [3, 'REGISTERED'],
    ])
    const chain = [...recipient.documents.values()].filter(({ studyUid }) => studyUid === '1.2.1')
    expect(chain.filter(({ replaces }) => replaces !== undefined)).toHaveLength(4)
    expect(recipient.currentOf('1.2.1')).toHaveLength(2)
    expect(recipient.problems).toEqual([])
  })

  it('gets a number of its own where it has none, for ever', async () => {
    const studyHeader = { date: '20261120', time: '101500', id: 'S' }
    await fixture.receive([instance('1.2.2', 1, { studyHeader })])
    await until('registered', () => isConverged('1.2.2', 1))
    const study = await publications().readManifestStudy('1.2.2')
    expect(study?.requests).toMatchObject([
      { accessionNumber: expect.stringMatching(/^VNA[0-9A-Z]{13}$/), generated: true },
    ])
    const events = await fixture.catalog.database.sql`select payload from events where type = 'accession-generated'`
    expect(events).toHaveLength(1)
  })

  it('waits unpublished while nobody knows whose it is, and goes out of the registry when hidden', async () => {
    const patient = { id: 'LOCAL-7', otherIds: [], name: 'X^Y', birthDate: '19800101', sex: 'M' }
    await fixture.receive([instance('1.2.3', 1, { patient })])
    await until('unresolved', async () => (await publications().list({ state: 'UNRESOLVED' })).length === 1)
    expect(recipient.currentOf('1.2.3')).toHaveLength(0)
    expect(await publications().countUnresolved()).toEqual([{ entityCode: 'ASST-A', studies: 1 }])
    await fixture.catalog.database.sql`update studies set visibility = 1 where study_instance_uid = '1.2.2'`
    await publications().wake({ studyInstanceUids: ['1.2.2'], verify: false })
    await until('withdrawn', () => recipient.currentOf('1.2.2').length === 0)
    await until('settled', async () => (await publications().list({ state: 'WITHDRAWN' })).length === 1)
    await fixture.catalog.database.sql`update studies set visibility = 0 where study_instance_uid = '1.2.2'`
    await publications().wake({ studyInstanceUids: ['1.2.2'], verify: false })
    await until('registered again', () => isConverged('1.2.2', 2))
  })
})

describe('what is told about a study later', () => {
  const local = { issuer: 'entity:ASST-A', identifier: 'LOCAL-9' }
  const person = 'BNCLRA85T50F205A'
  const national = { issuer: '2.16.840.1.113883.2.9.4.3.2', identifier: person }
  const current = async () => (await publications().listManifests('1.2.9')).at(-1)

  it('registers it once its person is known, anew for an order, and takes it back with the person', async () => {
    const { identity, reports } = fixture.catalog.healthRecord
    const patient = { id: 'LOCAL-9', otherIds: [], name: 'X^Y', birthDate: '19800101', sex: 'M' }
    await fixture.receive([instance('1.2.9', 1, { patient })])
    await until(
      'unresolved',
      async () => (await publications().list({ studyInstanceUid: '1.2.9' }))[0]?.state === 'UNRESOLVED',
    )
    await identity.linkIdentity({ ...local, national, source: 'test' })
    await until('resolved', () => isConverged('1.2.9', 1))
    expect((await current())?.facets.patientIdentifier).toBe(person)
    const placers = [{ value: 'P-77', issuer: '1.2.840.1' }]
    await reports.receiveOrder({
      origin: 'ASST-A',
      receivedAt: new Date(),
      studyInstanceUid: '1.2.9',
      placers,
      fillers: [],
    })
    await until('with its order', () => isConverged('1.2.9', 2))
    expect((await publications().readManifestStudy('1.2.9'))?.requests).toMatchObject([{ placerOrderNumber: 'P-77' }])
    await identity.linkIdentity({ ...local, national: null, source: 'test' })
    await until('taken back', () => recipient.currentOf('1.2.9').length === 0)
    await until(
      'unresolved',
      async () => (await publications().list({ studyInstanceUid: '1.2.9' }))[0]?.state === 'UNRESOLVED',
    )
    expect(recipient.problems).toEqual([])
  })
})

describe('a registry', () => {
  const outages = ['error', 'too-many-requests', 'garbage', 'lose-answer', 'slow'] as const
  for (const [place, mode] of outages.entries()) {
    it(`in mode ${mode} gets every study once, after it recovers`, async () => {
      const before = recipient.resent
      const studies = Array.from({ length: 12 }, (_, index) => `1.3.${place}.${index + 1}`)
      recipient.mode = mode
      await fixture.receive(studies.map((study) => instance(study, 1)))
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      recipient.mode = 'ok'
      for (const study of studies) await until(`${study} registered`, () => isConverged(study, 1), 30_000)
      expect(studies.every((study) => recipient.currentOf(study).length === 2)).toBe(true)
      expect(recipient.resent).toBe(before)
    })
  }

  it('that is down gets everything when it is back', async () => {
    const studies = Array.from({ length: manyStudies }, (_, index) => `1.4.${index + 1}`)
    await recipient.shut()
    await fixture.receive(studies.map((study) => instance(study, 1)))
    await until('it was tried', async () => (await publications().list({ state: 'FAILED_RETRYABLE' })).length > 2)
    await recipient.open()
    const since = Date.now()
    for (const study of studies) await until(`${study} registered`, () => isConverged(study, 1), 60_000)
    process.stdout.write(`${manyStudies} studies after ${Date.now() - since} ms\n`)
    expect(studies.every((study) => recipient.currentOf(study).length === 2)).toBe(true)
    expect(recipient.problems).toEqual([])
  })

  it('that refuses is an operator’s, with its own words, until asked again', async () => {
    recipient.mode = 'refuse'
    await fixture.receive([instance('1.5.1', 1)])
    await until('blocked', async () => (await publications().list({ state: 'FAILED_BLOCKING' })).length === 1)
    const operator = await fixture.token({ role: 'operator' })
    const listed = await fixture.fetch('/fse/v1/publications?state=FAILED_BLOCKING', { token: operator })
    expect(await listed.json()).toMatchObject({
      publications: [
        { studyInstanceUid: '1.5.1', lastError: '422 processing: affinity domain: typeCode is not known here' },
      ],
    })
    expect((await fixture.fetch('/fse/v1/publications')).status).toBe(403)
    recipient.mode = 'ok'
    const retried = await fixture.fetch('/fse/v1/publications/1.5.1/retry', { token: operator, method: 'POST' })
    expect(retried.status).toBe(202)
    await until('registered', () => isConverged('1.5.1', 1))
  })

  it('that lost an entry, or kept one too many, is put right', async () => {
    const [first] = recipient.currentOf('1.2.1')
    const stale = [...recipient.documents.values()].find((it) => it.studyUid === '1.2.1' && it.status === 'superseded')
    expect(first !== undefined && stale !== undefined).toBe(true)
    ;(recipient.documents as Map<string, unknown>).delete(first?.id ?? '')
    if (stale !== undefined) stale.status = 'current'
    const [manifest] = (await publications().listManifests('1.2.1')).slice(-1)
    const master = `urn:oid:${manifest?.manifestUid}`
    await until('two current entries of the current manifest', () => {
      const current = recipient.currentOf('1.2.1')
      return current.length === 2 && current.every(({ masterIdentifier }) => masterIdentifier === master)
    })
    await until('so by our record', () => isConverged('1.2.1', 3))
  })
})
