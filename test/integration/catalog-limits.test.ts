import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { catalogLimits } from '../../packages/catalog/src/index.ts'
import { dictionaryLimits } from '../../packages/catalog/src/limits.ts'
import { addEntity, updateEntity } from '../../packages/entities/src/index.ts'
import { type CatalogFixture, type SampleInstance, samplePack, startCatalog } from './support-catalog.ts'
import { contentsOf } from './support-contents.ts'

let fixture: CatalogFixture

beforeAll(async () => {
  fixture = await startCatalog()
})
afterAll(() => fixture.stop())
beforeEach(() => fixture.clear())

const { maxNewPerEntityAndDay, maxNewPerEntity } = dictionaryLimits.uids
const onDay = (day: number) => `2026-11-${String(day).padStart(2, '0')}T10:00:00.000Z`

/** Instances of ASST-A, each of a SOP class of its own that no standard knows. */
function madeUp(day: number, count: number): readonly SampleInstance[] {
  return Array.from({ length: count }, (_, index) => ({
    study: `1.2.${day}`,
    sop: `1.2.${day}.${index}`,
    sopClassUid: `1.3.6.1.4.1.9.${day}.${index}`,
    receivedAt: onDay(day),
  }))
}

const register = (...samples: readonly SampleInstance[]) => fixture.catalog.registerPack(samplePack(samples))
const quarantined = async () => (await fixture.catalog.countContents()).quarantined

describe('new SOP classes of one entity', () => {
  it('are limited for a day and in all; what is beyond is set aside, and nobody else is touched', async () => {
    const excess = 200
    await register(...madeUp(1, maxNewPerEntityAndDay + excess))
    expect(await quarantined()).toEqual([{ reason: 'too-many-new-uids', count: excess }])
    // The day after some more, until the entity has its share.
    for (const day of [2, 3]) await register(...madeUp(day, maxNewPerEntityAndDay))
    const beyond = excess + 3 * maxNewPerEntityAndDay - maxNewPerEntity
    expect(await quarantined()).toEqual([{ reason: 'too-many-new-uids', count: beyond }])

    const known = madeUp(1, 1)[0]?.sopClassUid
    const before = await quarantined()
    await register({ study: '1.9', sop: '1.9.1', ...(known === undefined ? {} : { sopClassUid: known }) })
    await register({ study: '1.9', sop: '1.9.2', sopClassUid: '1.2.840.10008.5.1.4.1.1.7' })
    await register({ study: '1.9', sop: '1.9.3', entity: 'ASST-B', sopClassUid: '1.3.6.1.4.1.77.1' })
    expect(await quarantined()).toEqual(before)
  })

  it('are the same in a rebuild, whatever day that is', async () => {
    const packs = [1, 2, 3].map((day) => samplePack(madeUp(day, maxNewPerEntityAndDay + 5)))
    for (const pack of packs) await fixture.catalog.registerPack(pack)
    const first = await contentsOf(fixture.database)
    expect(first.quarantine.length).toBeGreaterThan(0)
    await fixture.clear()
    for (const pack of packs) await fixture.catalog.registerPack(pack)
    expect(await contentsOf(fixture.database)).toEqual(first)
  })

  it('and its transfer syntaxes count together, and the UID of one that has no row stays readable', async () => {
    await register(...madeUp(1, maxNewPerEntityAndDay))
    await register({ sop: '1.8', transferSyntaxUid: '1.3.6.1.4.1.9.99', receivedAt: onDay(1) })
    const [entry] = await fixture.catalog.listQuarantine({ limit: 10 })
    expect(entry).toMatchObject({ reason: 'too-many-new-uids', detail: 'transfer syntax 1.3.6.1.4.1.9.99' })
    expect(entry).toMatchObject({ sopInstanceUid: '1.8', transferSyntaxUid: null })
  })

  it('leave the numbers without gaps when registrations meet', async () => {
    await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        register({ sop: `1.${index}`, study: '1.7', sopClassUid: '1.3.6.1.4.1.5' }),
      ),
    )
    const [row] = await fixture.database.sql<{ last: number; count: number }[]>`
      select max(id)::int as last, count(*)::int as count from uids`
    expect(row?.last).toBe(row?.count)
    const { dictionaries } = await fixture.catalog.countContents()
    expect(dictionaries.find(({ dictionary }) => dictionary === 'uids')?.usedRatio).toBeCloseTo(2 / 32_767)
  })
})

it('new issuers of one entity are limited too', async () => {
  const count = dictionaryLimits.issuers.maxNewPerEntityAndDay
  const samples = Array.from({ length: count + 3 }, (_, index) => ({
    sop: `1.${index}`,
    study: `1.2.${index}`,
    patient: { id: 'P1', issuer: `ISSUER ${index}`, otherIds: [] },
  }))
  await register(...samples)
  expect(await quarantined()).toEqual([{ reason: 'too-many-new-issuers', count: 3 }])
  await register({ sop: '1.1', study: '1.8', entity: 'ASST-B', patient: { id: 'P', issuer: 'ANOTHER', otherIds: [] } })
  expect(await quarantined()).toEqual([{ reason: 'too-many-new-issuers', count: 3 }])
})

it('versions that one entity makes of another’s SOP Instance UID leave room for the other', async () => {
  const flood = Array.from({ length: catalogLimits.maxVersionsPerEntity + 1 }, (_, index) => ({
    sop: '1.1',
    bytes: `a ${index}`,
  }))
  await register(...flood)
  await register({ sop: '1.1', bytes: 'b', entity: 'ASST-B' })
  expect(await quarantined()).toEqual([{ reason: 'too-many-versions', count: 1 }])
  const located = await fixture.catalog.locateInstances(
    { studyInstanceUid: '1.2.3' },
    { kind: 'entity', entityCode: 'ASST-B' },
  )
  expect(located).toHaveLength(1)
})

it('settings of an entity changed again and again use up no numbers', async () => {
  const entity = { code: 'ASST-A', kind: 'EEP' as const, name: 'A', aeTitles: ['A'] }
  await addEntity(fixture.catalog, entity)
  for (let count = 0; count < 20; count++) await updateEntity(fixture.catalog, 'ASST-A', { name: `A ${count}` })
  await addEntity(fixture.catalog, { ...entity, code: 'ASST-B', aeTitles: ['B'] })
  const rows = await fixture.database.sql<{ id: number }[]>`select id from entities order by id`
  expect((rows[1]?.id ?? 0) - (rows[0]?.id ?? 0)).toBe(1)
})
