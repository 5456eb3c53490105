import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RegisterPackInput } from '../../packages/catalog/src/index.ts'
import { addEntity } from '../../packages/entities/src/index.ts'
import { type CatalogFixture, type SampleInstance, samplePack, startCatalog } from './support-catalog.ts'
import { contentsOf } from './support-contents.ts'

let fixture: CatalogFixture

beforeAll(async () => {
  fixture = await startCatalog()
})
afterAll(() => fixture.stop())

/** VNA_TEST_RUNS asks for more than the short form does. */
const propertyRuns = Number(process.env.VNA_TEST_RUNS ?? 8)

/** Every field but the arrival follows from the bytes, as it does in a data set. */
function sampleOf(seed: {
  sop: number
  content: number
  entity: string
  campaign: boolean
  second: number
}): SampleInstance {
  const { sop, content } = seed
  return {
    study: sop < 4 ? '1.2.3' : '1.2.4',
    series: `1.2.${content === 2 ? 8 : 7}.${sop % 2}`,
    sop: `1.2.3.4.${sop}`,
    bytes: `sop ${sop} content ${content}`,
    entity: seed.entity,
    ...(seed.campaign ? { campaign: 'M1' } : {}),
    receivedAt: new Date(Date.UTC(2026, 10, 24, 10, 0, seed.second)).toISOString(),
    transferSyntaxUid: content === 3 ? '1.2.840.10008.1.2.4.51' : '1.2.840.10008.1.2.1',
    patient: {
      id: content === 1 ? 'P9' : 'P1',
      otherIds: content === 2 ? [{ id: 'RSSMRA80A01F205X' }] : [],
      name: `ROSSI^${content}`,
    },
    instanceHeader: { number: 10 * sop + content, rows: 512, columns: 512, bitsAllocated: 16 },
    seriesHeader: { modality: content === 3 ? 'SR' : 'CT', number: content, description: `content ${content}` },
  }
}

const samples = fc
  .record({
    sop: fc.integer({ min: 0, max: 5 }),
    content: fc.integer({ min: 0, max: 3 }),
    entity: fc.constantFrom('ASST-A', 'ASST-B', 'ASST-KEEP'),
    campaign: fc.boolean(),
    // Few moments, so that ties happen.
    second: fc.integer({ min: 0, max: 5 }),
  })
  .map(sampleOf)

/** A pack holds one study of one entity, as a segment does. */
const packs = fc.array(
  fc
    .array(samples, { minLength: 1, maxLength: 4 })
    .map((list) => list.filter(({ study, entity }) => study === list[0]?.study && entity === list[0]?.entity)),
  { minLength: 1, maxLength: 7 },
)

async function registerInOrder(order: readonly RegisterPackInput[], together: boolean) {
  await fixture.clear()
  await addEntity(fixture.catalog, {
    code: 'ASST-KEEP',
    kind: 'EEPA',
    name: 'Keeps the first',
    aeTitles: ['KEEP'],
    duplicatePolicy: 'keep-first',
  })
  await fixture.database.sql`update entity_policies set since = '2026-11-24T10:00:03Z'`
  if (together) await allSettledOrThrow(order.map((pack) => fixture.catalog.registerPack(pack)))
  else for (const pack of order) await fixture.catalog.registerPack(pack)
  return contentsOf(fixture.database)
}

describe('registering the same packs', () => {
  it('in any order, one by one or at once, gives the same catalog', {
    timeout: 60_000 + propertyRuns * 10_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(packs, fc.infiniteStream(fc.nat()), async (contents, random) => {
        const inputs = contents.map((list) => samplePack(list))
        const shuffled = inputs
          .map((input) => ({ input, rank: random.next().value ?? 0 }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ input }) => input)
        const expected = await registerInOrder(inputs, false)
        expect(await registerInOrder([...inputs].reverse(), false)).toEqual(expected)
        expect(await registerInOrder(shuffled, true)).toEqual(expected)
        // Consistent in itself: counts are those of the current instances.
        for (const study of expected.studies) {
          const current = expected.instances.filter(
            (instance) => instance.current === true && instance.study_instance_uid === study.study_instance_uid,
          )
          expect(study.number_of_instances).toBe(current.length)
          expect(new Set(current.map(({ sop_instance_uid }) => sop_instance_uid)).size).toBe(current.length)
        }
      }),
      { numRuns: propertyRuns },
    )
  })
})

/** Waits for all before it fails, so that nothing runs on into the next attempt. */
async function allSettledOrThrow(work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work)
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
