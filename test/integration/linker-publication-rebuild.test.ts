import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inventedCda } from '../../packages/fse/src/reports/testing/invented-cda.ts'
import { replayEvents, type SampleInstance, samplePack } from './support-catalog.ts'
import { LinkerFixture, until } from './support-linker.ts'

const codiceFiscale = 'RSSMRA80A01F205X'
/** Beyond what is built in the service's own thread. */
const large = 3_000

let fixture: LinkerFixture
let rebuilt: LinkerFixture

beforeAll(async () => {
  ;[fixture, rebuilt] = await Promise.all([LinkerFixture.start(), LinkerFixture.start()])
}, 60_000)
afterAll(async () => {
  await Promise.all([fixture.stop(), rebuilt.stop()])
})

/** Without an accession number: the one that is made must be the same for ever. */
function instances(study: string, count: number, date = '20261120'): readonly SampleInstance[] {
  return Array.from({ length: count }, (_, place) => ({
    study,
    series: `${study}.1`,
    sop: `${study}.1.${place + 1}`,
    patient: { id: codiceFiscale, otherIds: [], name: 'ROSSI^MARIO', birthDate: '19800101', sex: 'M' },
    studyHeader: { date, time: '101500', id: 'S1' },
    instanceHeader: { number: place + 1, rows: 16, columns: 16, bitsAllocated: 16 },
  }))
}

const stateOf = async ({ catalog }: LinkerFixture, study: string) =>
  (await catalog.healthRecord.publications.list({ studyInstanceUid: study }))[0]?.state
const summaryOf = async ({ catalog }: LinkerFixture, study: string) =>
  (await catalog.healthRecord.publications.listManifests(study)).map(
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
    await fixture.receive(instances('1.2.5', large))
    const slowest = { ms: 0 }
    const watch = async () => {
      const since = Date.now()
      const answer = await fixture.fetch('/fhir/metadata')
      expect(answer.status).toBe(200)
      slowest.ms = Math.max(slowest.ms, Date.now() - since)
      return (await stateOf(fixture, '1.2.5')) === 'REGISTERED'
    }
    await until('registered', watch, 30_000)
    process.stdout.write(`${large} instances; slowest answer meanwhile ${slowest.ms} ms\n`)
    const answer = await fixture.fetch('/fhir/ImagingStudy?identifier=urn:oid:1.2.5')
    const bundle = (await answer.json()) as { entry: { resource: { numberOfInstances: number } }[] }
    expect(bundle.entry[0]?.resource.numberOfInstances).toBe(large)
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
    const events = await fixture.catalog.database.pendingLedgerEvents(1_000)
    for (const event of events) await replayEvents(rebuilt.catalog, [event, event])
    await rebuilt.receive(instances('1.2.6', 3))
    await until('settled', async () => {
      const [publication] = await rebuilt.catalog.healthRecord.publications.list({ studyInstanceUid: '1.2.6' })
      return publication?.state === 'REGISTERED' && publication.dirtySince === null
    })
    expect(await summaryOf(rebuilt, '1.2.6')).toEqual(await summaryOf(fixture, '1.2.6'))
    expect(await eventsOf(rebuilt, 'manifest-')).toBe(0)
  })

  it('knows that a study was hidden and is shown again, however often it is told', { timeout: 60_000 }, async () => {
    await fixture.receive(instances('1.2.7', 1))
    await until('registered', async () => (await stateOf(fixture, '1.2.7')) === 'REGISTERED')
    const { visibility } = fixture.catalog.healthRecord
    await visibility.set({ kind: 'study', id: '1.2.7', visibility: 'hidden', by: 'test' })
    await until('withdrawn', async () =>
      (await summaryOf(fixture, '1.2.7')).every(({ state }) => state === 'WITHDRAWN'),
    )
    await visibility.set({ kind: 'study', id: '1.2.7', visibility: 'normal', by: 'test' })
    await until('registered again', async () => (await summaryOf(fixture, '1.2.7')).at(-1)?.state === 'REGISTERED')
    for (let round = 0; round < 2; round++) {
      await replay()
      // Its packs are not there yet, and nobody takes that for a reason to withdraw it.
      await until('left alone', async () => (await openOf(rebuilt, '1.2.7')) === 0)
      expect(await stateOf(rebuilt, '1.2.7')).toBe('REGISTERED')
      expect(await summaryOf(rebuilt, '1.2.7')).toEqual(await summaryOf(fixture, '1.2.7'))
    }
  })

  it('has every link since when it was, also by numbers that only orders told', { timeout: 60_000 }, async () => {
    await fixture.catalog.healthRecord.reports.receiveOrder({
      ...{ origin: 'ASST-A', receivedAt: new Date(), accession: undefined, studyInstanceUid: '1.2.8' },
      ...{ placers: [{ value: 'P-8', issuer: orderIssuer }], fillers: [] },
    })
    await fixture.receive(instances('1.2.8', 1, examDay))
    const id = await postReport()
    await until('linked', async () => (await linksOf(fixture, id))[0]?.state === 'LINKED')
    await replay()
    await rebuilt.catalog.catalog.registerPack(samplePack(instances('1.2.8', 1, examDay)))
    // Evaluated before its study's numbers are known again: nothing speaks for the link, and nothing ends it.
    await until('evaluated', async () => (await dueReports(rebuilt)) === 0)
    expect(await linksOf(rebuilt, id)).toEqual(await linksOf(fixture, id))
    await rebuilt.makeStable()
    await until('registered', async () => (await stateOf(rebuilt, '1.2.8')) === 'REGISTERED')
    await until('evaluated again', async () => (await dueReports(rebuilt)) === 0)
    expect(await linksOf(rebuilt, id)).toEqual(await linksOf(fixture, id))
    expect(await eventsOf(rebuilt, 'link-')).toBe(0)
    const told = await rebuilt.catalog.database.sql`select from notifications where kind = 'link-changed'`
    expect(told).toHaveLength(0)
  })

  it('tells nobody of anything until it is whole', { timeout: 60_000 }, async () => {
    const { database } = rebuilt.catalog
    const order: string[] = []
    const [other] = await Promise.all([
      database.rebuild(async () => {
        await rebuilt.receive(instances('1.2.9', 1))
        await new Promise((resolve) => setTimeout(resolve, 1_500))
        expect(await summaryOf(rebuilt, '1.2.9')).toEqual([])
        order.push('first')
      }),
      database.rebuild(async () => void order.push('second')),
    ])
    expect([other, order.toSorted()]).toEqual([undefined, ['first', 'second']])
    await until('registered', async () => (await stateOf(rebuilt, '1.2.9')) === 'REGISTERED')
    await expect(database.rebuild(() => Promise.reject(new Error('broken pack')))).rejects.toThrow('broken pack')
    await expect(database.rebuild(async () => 'free')).resolves.toBe('free')
  })
})

const orderIssuer = '1.2.840.1'
/** Of the report that is invented. */
const examDay = '20260203'

/** Everything decided so far, once more. */
async function replay(): Promise<void> {
  await replayEvents(rebuilt.catalog, await fixture.catalog.database.pendingLedgerEvents(1_000))
}

async function postReport(): Promise<string> {
  const body = inventedCda({
    orders: `<inFulfillmentOf><order><id root="${orderIssuer}" extension="P-8"/></order></inFulfillmentOf>`,
    patientIds: `<id root="2.16.840.1.113883.2.9.4.3.2" extension="${codiceFiscale}"/>`,
    ...{ catalog: '', related: '' },
  })
  const token = await fixture.token({ role: 'entity', entityCode: 'ASST-A' })
  const init = { method: 'POST', token, headers: { 'content-type': 'text/xml' }, body }
  return ((await (await fixture.fetch('/reports', init)).json()) as { id: string }).id
}

const linksOf = ({ catalog }: LinkerFixture, reportId: string) =>
  catalog.healthRecord.reports.listLinks({ reportId }, { kind: 'all' })

async function countOf({ catalog }: LinkerFixture, text: string): Promise<number> {
  const [row] = await catalog.database.sql.unsafe<{ count: number }[]>(`select count(*)::int as count from ${text}`)
  return row?.count ?? -1
}

const eventsOf = (of: LinkerFixture, prefix: string) => countOf(of, `events where type like '${prefix}%'`)
const dueReports = (of: LinkerFixture) => countOf(of, `reports where due_at < now() + interval '1 second'`)
const openOf = (of: LinkerFixture, study: string) =>
  countOf(of, `publications where study_instance_uid = '${study}' and (due_at is not null or leased_until is not null)`)
