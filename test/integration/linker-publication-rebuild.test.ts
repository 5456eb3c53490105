import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SampleInstance } from './support-catalog.ts'
import { LinkerFixture, until } from './support-linker.ts'

const codiceFiscale = 'RSSMRA80A01F205X'
/** Beyond what is built in the service's own thread. */
const LARGE = 3_000

let fixture: LinkerFixture
let rebuilt: LinkerFixture

beforeAll(async () => {
  ;[fixture, rebuilt] = await Promise.all([LinkerFixture.start(), LinkerFixture.start()])
}, 60_000)
afterAll(async () => {
  await Promise.all([fixture.stop(), rebuilt.stop()])
})

/** Without an accession number: the one that is made must be the same for ever. */
function instances(study: string, count: number): readonly SampleInstance[] {
  return Array.from({ length: count }, (_, place) => ({
    study,
    series: `${study}.1`,
    sop: `${study}.1.${place + 1}`,
    patient: { id: codiceFiscale, otherIds: [], name: 'ROSSI^MARIO', birthDate: '19800101', sex: 'M' },
    studyHeader: { date: '20261120', time: '101500', id: 'S1' },
    instanceHeader: { number: place + 1, rows: 16, columns: 16, bitsAllocated: 16 },
  }))
}

const stateOf = async ({ catalog }: LinkerFixture, study: string) =>
  (await catalog.catalog.publications.list({ studyInstanceUid: study }))[0]?.state
const summaryOf = async ({ catalog }: LinkerFixture, study: string) =>
  (await catalog.catalog.publications.listManifests(study)).map(
    ({ version, state, manifestUid, registeredAt, changedAt }) => ({
      changedAt,
      version,
      state,
      manifestUid,
      registeredAt,
    }),
  )

describe('a large study', () => {
  it('is registered while the service goes on answering', { timeout: 60_000 }, async () => {
    await fixture.receive(instances('1.2.5', LARGE))
    const slowest = { ms: 0 }
    const watch = async () => {
      const since = Date.now()
      const answer = await fixture.fetch('/fhir/metadata')
      expect(answer.status).toBe(200)
      slowest.ms = Math.max(slowest.ms, Date.now() - since)
      return (await stateOf(fixture, '1.2.5')) === 'REGISTERED'
    }
    await until('registered', watch, 30_000)
    process.stdout.write(`${LARGE} instances; slowest answer meanwhile ${slowest.ms} ms\n`)
    const answer = await fixture.fetch('/fhir/ImagingStudy?identifier=urn:oid:1.2.5')
    const bundle = (await answer.json()) as { entry: { resource: { numberOfInstances: number } }[] }
    expect(bundle.entry[0]?.resource.numberOfInstances).toBe(LARGE)
  })
})

describe('a rebuilt catalog', () => {
  it('knows from the ledger what is registered, and makes no version anew', { timeout: 60_000 }, async () => {
    await fixture.receive(instances('1.2.6', 2))
    await until('registered', async () => (await stateOf(fixture, '1.2.6')) === 'REGISTERED')
    await fixture.receive(instances('1.2.6', 3).slice(2))
    await until(
      'version 2',
      async () =>
        (await summaryOf(fixture, '1.2.6')).at(-1)?.state === 'REGISTERED' &&
        (await summaryOf(fixture, '1.2.6')).length === 2,
    )
    const events = await fixture.catalog.catalog.pendingLedgerEvents(1_000)
    for (const event of events) {
      await rebuilt.catalog.catalog.applyFseEvent(event)
      await rebuilt.catalog.catalog.applyFseEvent(event)
    }
    await rebuilt.receive(instances('1.2.6', 3))
    await until('settled', async () => {
      const [publication] = await rebuilt.catalog.catalog.publications.list({ studyInstanceUid: '1.2.6' })
      return publication?.state === 'REGISTERED' && publication.dirtySince === null
    })
    expect(await summaryOf(rebuilt, '1.2.6')).toEqual(await summaryOf(fixture, '1.2.6'))
    const [again] = await rebuilt.catalog.catalog
      .sql`select count(*)::int as count from events where type like 'manifest-%'`
    expect(again?.count).toBe(0)
  })
})
