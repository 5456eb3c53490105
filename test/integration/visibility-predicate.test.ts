import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decide, type Principal } from '../../packages/access/src/index.ts'
import {
  type DicomJson,
  isVisible,
  type Predicate,
  type Query,
  type StudyFacts,
} from '../../packages/catalog/src/index.ts'
import { codiceFiscaleIssuer } from '../../packages/identifiers/src/index.ts'
import type { HealthRecord } from '../../packages/record/src/index.ts'
import { type CatalogFixture, type SampleInstance, samplePack, startCatalog } from './support-catalog.ts'

/** More are asked for in the long form. */
const propertyRuns = Number(process.env.VNA_TEST_RUNS ?? 6)
const studyInstanceUidTag = '0020000D'

let fixture: CatalogFixture

beforeAll(async () => {
  fixture = await startCatalog()
})
afterAll(() => fixture.stop())

interface Identifier {
  readonly identifier: string
  readonly issuer: string
}

/** The people and numbers of one run: two national numbers, and local ones of two domains, which may be equal. */
const national: readonly Identifier[] = ['N1', 'N2'].map((identifier) => ({ identifier, issuer: codiceFiscaleIssuer }))
const local: readonly Identifier[] = ['L1', 'L2'].flatMap((identifier) =>
  ['1.2.9.1', '1.2.9.2'].map((issuer) => ({ identifier, issuer })),
)
const identifiers = [...national, ...local]
const entities = ['ASST-A', 'ASST-B', 'ASST-C']

const identifier = fc.nat({ max: identifiers.length - 1 })
const studyPlan = fc.record({
  /** Entities that send an instance each, the first one first. */
  senders: fc.uniqueArray(fc.nat({ max: entities.length - 1 }), { minLength: 1, maxLength: 3 }),
  patient: fc.option(identifier, { nil: undefined }),
  others: fc.uniqueArray(identifier, { maxLength: 2 }),
  hidden: fc.boolean(),
})
/** What each local number stands for: nothing, a person, or another number that is merged with it. */
const meaning = fc.oneof(
  fc.constant({ kind: 'nothing' } as const),
  fc.record({ kind: fc.constant('person' as const), of: fc.nat({ max: national.length - 1 }) }),
  fc.record({ kind: fc.constant('merged' as const) }),
)
const world = fc.record({
  studies: fc.array(studyPlan, { minLength: 1, maxLength: 5 }),
  meanings: fc.array(meaning, { minLength: local.length, maxLength: local.length }),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

const principal = (more: Partial<Principal>): Principal => ({
  tokenId: 't',
  subject: 's',
  role: 'fse',
  purpose: 'TREATMENT',
  issuedAt: new Date(0),
  expiresAt: new Date(0),
  ...more,
})

/** Everybody who may read. */
const principals = (run: number): readonly Principal[] => [
  ...entities.map((entityCode) => principal({ role: 'entity', entityCode })),
  principal({ role: 'admin' }),
  principal({}),
  principal({ purpose: 'PERSONAL' }),
  ...national.flatMap(({ identifier }) =>
    (['TREATMENT', 'EMERGENCY', 'PERSONAL'] as const).map((purpose) =>
      principal({ purpose, patient: numbered(identifier, run) }),
    ),
  ),
]

/** What each of them may see, and what only this archive itself asks for. */
function predicatesOf(run: number): readonly Predicate[] {
  const single = principals(run).map((who) => {
    const decision = decide({ kind: 'token', principal: who }, { kind: 'search' })
    if (!decision.allow) throw new Error('this principal may not read')
    return decision.predicate
  })
  return [...single, { kind: 'none' }, { kind: 'all', includeHidden: true }]
}

const numbered = (text: string, run: number) => `${text}X${run}`
const studyUidOf = (run: number, index: number) => `1.3.${run}.${index + 1}`

/** Writes a world by the catalog's own methods; decisions come before, between and after what they are about. */
async function build(
  { catalog, healthRecord }: CatalogFixture,
  { studies, meanings }: World,
  run: number,
): Promise<void> {
  const hide = async (index: number, visibility: 'normal' | 'hidden') =>
    healthRecord.visibility.set({ kind: 'study', id: studyUidOf(run, index), visibility, by: 'fse' })
  for (const [index, { hidden }] of studies.entries()) if (index % 2 === 0 && hidden) await hide(index, 'hidden')
  for (const [index, study] of studies.entries()) {
    for (const [place, sender] of study.senders.entries()) {
      await catalog.registerPack(samplePack([instanceOf(study, { run, index, place, entity: entities[sender] })]))
    }
  }
  await tellMeanings(healthRecord, meanings, run)
  for (const [index, { hidden }] of studies.entries()) {
    if (index % 2 === 1) await hide(index, hidden ? 'hidden' : 'normal')
  }
}

function instanceOf(
  study: World['studies'][number],
  o: { run: number; index: number; place: number; entity: string | undefined },
): SampleInstance {
  const uid = studyUidOf(o.run, o.index)
  const patient = study.patient === undefined ? undefined : identifiers[study.patient]
  const others = study.others.flatMap((other) => identifiers[other] ?? [])
  return {
    study: uid,
    series: `${uid}.${o.place}`,
    sop: `${uid}.${o.place}.1`,
    entity: o.entity ?? '',
    receivedAt: `2026-11-24T10:00:0${o.place}.000Z`,
    patient: {
      name: 'PHANTOM^ONE',
      ...(patient !== undefined && { id: numbered(patient.identifier, o.run), issuer: patient.issuer }),
      otherIds: others.map((other) => ({
        id: numbered(other.identifier, o.run),
        issuerOid: other.issuer,
        type: 'TEXT',
      })),
    },
  }
}

/** Where a number is merged into: the next one of the list, the last one stays what it is. */
const mergedInto = (index: number): number | undefined => (index + 1 < local.length ? index + 1 : undefined)

async function tellMeanings(healthRecord: HealthRecord, meanings: World['meanings'], run: number): Promise<void> {
  const told = ({ identifier, issuer }: Identifier) => ({ identifier: numbered(identifier, run), issuer })
  for (const [index, one] of meanings.entries()) {
    const own = told(local[index] as Identifier)
    if (one.kind === 'person') {
      await healthRecord.identity.linkIdentity({
        ...own,
        national: told(national[one.of] as Identifier),
        source: 'test',
      })
    }
    const into = mergedInto(index)
    if (one.kind === 'merged' && into !== undefined) {
      await healthRecord.identity.mergeIdentities({
        survivor: told(local[into] as Identifier),
        merged: own,
        source: 'test',
      })
    }
  }
}

/** The person a number stands for, by the model alone. */
function personOf(index: number, meanings: World['meanings']): Identifier | undefined {
  const one = meanings[index]
  if (one?.kind === 'person') return national[one.of]
  const into = one?.kind === 'merged' ? mergedInto(index) : undefined
  return into === undefined ? undefined : personOf(into, meanings)
}

function factsOf({ studies, meanings }: World, index: number, run: number): StudyFacts {
  const study = studies[index] as World['studies'][number]
  const stated = [study.patient, ...study.others].flatMap((one) => (one === undefined ? [] : [one]))
  const patients = stated.flatMap((one) => {
    const person = one < national.length ? undefined : personOf(one - national.length, meanings)
    return [identifiers[one] as Identifier, ...(person === undefined ? [] : [person])]
  })
  const holders = study.senders.map((sender) => entities[sender] ?? '')
  return {
    isHidden: study.hidden,
    owner: holders[0] ?? '',
    holders,
    patients: patients.map(({ identifier, issuer }) => ({ identifier: numbered(identifier, run), issuer })),
  }
}

const queryOf = (level: Query['level'], page: { offset: number; limit?: number } = { offset: 0 }): Query => ({
  level,
  keys: [],
  includeFields: [],
  fuzzy: false,
  ...page,
})

const uidOf = (answer: DicomJson) => String(answer[studyInstanceUidTag]?.Value?.[0])

describe('who sees a study', () => {
  it('is the same for the rule and for the statement it is compiled to', {
    timeout: 60_000 + propertyRuns * 10_000,
  }, async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(world, async (generated) => {
        run++
        await build(fixture, generated, run)
        for (const predicate of predicatesOf(run)) await compare(generated, predicate, run)
      }),
      { numRuns: propertyRuns },
    )
  })
})

async function compare(generated: World, predicate: Predicate, run: number): Promise<void> {
  const { catalog } = fixture
  const all = generated.studies.map((_, index) => studyUidOf(run, index))
  const expected = all.filter((_, index) => isVisible(predicate, factsOf(generated, index, run)))
  const ofThisRun = (uids: readonly string[]) => [...new Set(uids)].filter((uid) => all.includes(uid)).sort()
  for (const level of ['study', 'series', 'instance'] as const) {
    const answers = await catalog.search(queryOf(level), predicate)
    expect(ofThisRun(answers.map(uidOf)), `${level} ${JSON.stringify(predicate)}`).toEqual([...expected].sort())
  }
  const located = await Promise.all(
    all.map(async (studyInstanceUid) => (await catalog.locateInstances({ studyInstanceUid }, predicate)).length > 0),
  )
  expect(all.filter((_, index) => located[index])).toEqual(expected)
  await comparePages(predicate)
}

/** Pages hold only what is seen: put together they are the whole, and none but the last is short. */
async function comparePages(predicate: Predicate): Promise<void> {
  const { catalog } = fixture
  const whole = (await catalog.search(queryOf('study'), predicate)).map(uidOf)
  const limit = Math.max(2, Math.ceil(whole.length / 3))
  const pages: string[] = []
  for (let offset = 0; offset < whole.length; offset += limit) {
    const page = (await catalog.search(queryOf('study', { offset, limit }), predicate)).map(uidOf)
    expect(page).toHaveLength(Math.min(limit, whole.length - offset))
    pages.push(...page)
  }
  expect(pages).toEqual(whole)
}
