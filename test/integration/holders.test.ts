import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DicomJson, Predicate, Query } from '../../packages/catalog/src/index.ts'
import { keywordOf, parseMatch, tagOf, vrOf } from '../../packages/dicom/src/index.ts'
import { codiceFiscaleIssuer } from '../../packages/identifiers/src/index.ts'
import { type CatalogFixture, type SampleInstance, samplePack, sha256, startCatalog } from './support-catalog.ts'
import { contentsOf } from './support-contents.ts'

/** More are asked for in the long form. */
const propertyRuns = Number(process.env.VNA_TEST_RUNS ?? 12)
const studyInstanceUid = '1.2.3'

let fixture: CatalogFixture

beforeAll(async () => {
  fixture = await startCatalog()
})
afterAll(() => fixture.stop())
beforeEach(() => fixture.clear())

const at = (second: number) => `2026-11-24T10:00:${String(second).padStart(2, '0')}.000Z`
const ofEntity = (entityCode: string): Predicate => ({ kind: 'entity', entityCode })
const ofPatient = (identifier: string): Predicate => ({ kind: 'patient', identifier, issuer: codiceFiscaleIssuer })

function queryOf(level: Query['level'], keys: Readonly<Record<string, string>> = {}): Query {
  return {
    level,
    keys: Object.entries(keys).map(([keyword, value]) => {
      const tag = tagOf(keyword) ?? 0
      const vr = vrOf(tag) ?? 'UN'
      return { tag, keyword: keywordOf(tag) ?? keyword, vr, match: parseMatch(vr, value) }
    }),
    includeFields: 'all',
    offset: 0,
    limit: 100,
    fuzzy: false,
  }
}

const search = (predicate: Predicate, level: Query['level'] = 'study', keys = {}) =>
  fixture.catalog.search(queryOf(level, keys), predicate)

const register = async (...samples: readonly SampleInstance[]) => {
  for (const sample of samples) await fixture.catalog.registerPack(samplePack([sample]))
}

describe('an entity that stores one instance under another’s Study Instance UID', () => {
  const secrets = ['NASCOSTO^LUCA', 'NASCOSTO^UGO', 'SEGRETO', 'BNCNNA75B41F205W', '19750201', '19990909', 'MR']
  const theirs: SampleInstance = {
    entity: 'ASST-B',
    sop: '1.2.3.1',
    bytes: 'b1',
    receivedAt: at(1),
    patient: { id: 'BNCNNA75B41F205W', otherIds: [{ id: 'SEGRETO-ID' }], name: 'NASCOSTO^LUCA', birthDate: '19750201' },
    studyHeader: {
      date: '19990909',
      accessionNumber: 'SEGRETO-ACC',
      id: 'SEGRETO',
      description: 'SEGRETO esame',
      referringPhysicianName: 'NASCOSTO^UGO',
    },
    seriesHeader: { modality: 'MR', number: 7, description: 'SEGRETO serie', institutionName: 'SEGRETO' },
  }
  const own: SampleInstance = {
    entity: 'ASST-A',
    sop: '1.2.3.2',
    bytes: 'a1',
    receivedAt: at(2),
    patient: { id: 'P9', otherIds: [], name: 'PROVA^A' },
    studyHeader: { date: '20260101', accessionNumber: 'MIO' },
    seriesHeader: { modality: 'CT', number: 1 },
  }

  it.each([
    ['after it', [theirs, own]],
    ['before it', [{ ...own, receivedAt: at(0) }, theirs]],
    ['in the same series', [theirs, { ...own, series: '1.2.3.1' }]],
    ['with the same SOP Instance UID', [theirs, { ...own, sop: '1.2.3.1' }]],
  ])('%s sees nothing but its own', async (_, samples) => {
    await register(...samples)
    for (const level of ['patient', 'study', 'series', 'instance'] as const) {
      const answers = await search(ofEntity('ASST-A'), level)
      expect(answers).toHaveLength(1)
      const text = JSON.stringify(answers)
      for (const secret of secrets) expect(text).not.toContain(secret)
    }
    const manifest = await fixture.healthRecord.publications.readManifestStudy(studyInstanceUid, ofEntity('ASST-A'))
    for (const secret of secrets) expect(JSON.stringify(manifest)).not.toContain(secret)
    expect(manifest?.series.flatMap(({ instances }) => instances)).toHaveLength(1)
  })

  it('cannot ask by what the other holds, and is found by its own', async () => {
    await register(theirs, own)
    const foreign = {
      PatientName: 'NASCOSTO*',
      PatientID: 'BNCNNA75B41F205W',
      PatientBirthDate: '19750201',
      AccessionNumber: 'SEGRETO-ACC',
      StudyDate: '19990909',
      StudyID: 'SEGRETO',
      StudyDescription: 'SEGRETO*',
      ReferringPhysicianName: 'NASCOSTO*',
      ModalitiesInStudy: 'MR',
    }
    for (const [keyword, value] of Object.entries(foreign)) {
      expect(await search(ofEntity('ASST-A'), 'study', { [keyword]: value }), keyword).toEqual([])
      expect(await search(ofEntity('ASST-B'), 'study', { [keyword]: value }), keyword).toHaveLength(1)
    }
    expect(await search(ofEntity('ASST-A'), 'series', { SeriesDescription: 'SEGRETO*' })).toEqual([])
    for (const [keyword, value] of Object.entries({ PatientName: 'PROVA*', AccessionNumber: 'MIO', PatientID: 'P9' })) {
      expect(await search(ofEntity('ASST-A'), 'study', { [keyword]: value }), keyword).toHaveLength(1)
      expect(await search(ofEntity('ASST-B'), 'study', { [keyword]: value }), keyword).toEqual([])
    }
    const { publications } = fixture.healthRecord
    const found = (accession: string, predicate: Predicate) =>
      publications.findStudiesByAccession({ accession, issuer: undefined, limit: 9 }, predicate)
    expect(await found('SEGRETO-ACC', ofEntity('ASST-A'))).toEqual([])
    expect(await found('MIO', ofEntity('ASST-A'))).toEqual([studyInstanceUid])
  })

  it('leaves what the record shows as it was, and is a conflict that an operator sees', async () => {
    await register(theirs)
    const before = await search({ kind: 'all' }, 'instance')
    await register(own)
    expect(await search({ kind: 'all' }, 'instance')).toEqual(before)
    expect(await fixture.catalog.listConflicts({})).toEqual([
      {
        studyInstanceUid,
        originator: 'ASST-B',
        proof: 'none',
        isHeldBack: true,
        others: [{ entityCode: 'ASST-A', instances: 1, agreement: 'different' }],
      },
    ])
    expect((await fixture.catalog.countContents()).conflicts).toBe(1)
  })

  it('with more headers than are told apart uses up none of the other’s', async () => {
    const many = Array.from({ length: 120 }, (_, index) => ({
      ...own,
      sop: `1.7.${index}`,
      bytes: `x${index}`,
      studyHeader: { description: `flood ${index}` },
      seriesHeader: { modality: 'CT', description: `flood ${index}` },
    }))
    await fixture.catalog.registerPack(samplePack(many))
    await register({ ...theirs, receivedAt: at(9) })
    const [answer] = await search(ofEntity('ASST-B'), 'series')
    expect(JSON.stringify(answer)).toContain('SEGRETO serie')
    expect(JSON.stringify(answer)).not.toContain('flood')
  })

  it('of the same person and the same bytes shares them, each in its own domain', async () => {
    const patient = { id: 'P1', otherIds: [], name: 'ROSSI^MARIO', birthDate: '19800101' }
    await register({ patient, receivedAt: at(1) }, { patient, entity: 'ASST-B', receivedAt: at(2) })
    const rows = await fixture.database.sql<{ code: string; issuer: string }[]>`
      select n.code, u.value as issuer from holder_studies h join entities n on n.id = h.holder_id
        join patients p on p.id = h.patient_id join issuers u on u.id = p.issuer_id order by 1`
    expect(rows.map(({ code, issuer }) => [code, issuer])).toEqual([
      ['ASST-A', 'entity:ASST-A'],
      ['ASST-B', 'entity:ASST-B'],
    ])
    expect(await fixture.catalog.listConflicts({})).toEqual([])
  })
})

describe('whose study it is', () => {
  const mario = { id: 'RSSMRA80A01F205X', otherIds: [], name: 'ROSSI^MARIO', birthDate: '19800101' }
  const anna = { id: 'BNCNNA75B41F205W', otherIds: [], name: 'BIANCHI^ANNA', birthDate: '19750201' }
  const stranger: SampleInstance = { entity: 'ASST-A', sop: '1.1', bytes: 'a', patient: anna, receivedAt: at(1) }
  const right: SampleInstance = { entity: 'ASST-B', sop: '1.2', bytes: 'b', patient: mario, receivedAt: at(2) }
  const nameOf = async () => JSON.stringify((await search({ kind: 'all' }))[0]?.['00100010'])
  const order = { origin: 'ASST-B', studyInstanceUid, placers: [], fillers: [] }

  it('is proven by an order that came before, also where a stranger was first; told later, it is judged again', async () => {
    await register(stranger, right)
    expect(await nameOf()).toContain('BIANCHI')
    expect(await fixture.healthRecord.publications.isDisputed(studyInstanceUid)).toBe(true)
    await fixture.healthRecord.reports.receiveOrder({ ...order, receivedAt: new Date(at(0)) })
    await fixture.catalog.takeDueStudies()
    expect(await nameOf()).toContain('ROSSI')
    expect(await fixture.healthRecord.publications.isDisputed(studyInstanceUid)).toBe(false)
    const seen = async (predicate: Predicate) =>
      (await fixture.catalog.locateInstances({ studyInstanceUid }, predicate)).map((one) => one.sopInstanceUid)
    expect(await seen({ kind: 'all' })).toEqual(['1.2'])
    expect(await seen(ofPatient(mario.id))).toEqual(['1.2'])
    expect(await seen(ofPatient(anna.id))).toEqual(['1.1'])
  })

  it('is not proven by an order that came after the first instance', async () => {
    await register(right, { ...stranger, receivedAt: at(3) })
    await fixture.healthRecord.reports.receiveOrder({ ...order, origin: 'ASST-A', receivedAt: new Date(at(2)) })
    await fixture.catalog.takeDueStudies()
    expect(await nameOf()).toContain('ROSSI')
  })

  it('is no quiet time for a stranger to begin anew', async () => {
    await register(right)
    const due = async () => (await fixture.database.sql`select stable_at from due_studies`)[0]?.stable_at
    const before = await due()
    await register({ ...stranger, receivedAt: at(3) })
    expect(await due()).toEqual(before)
    // Of the same person: shown, and no delay either.
    await register({ ...stranger, sop: '1.9', patient: mario, entity: 'ASST-C', receivedAt: at(4) })
    expect(await due()).toEqual(before)
    expect(await fixture.catalog.locateInstances({ studyInstanceUid }, { kind: 'all' })).toHaveLength(2)
  })

  it('is learnt of when identities say that two numbers are one person', async () => {
    const { healthRecord, catalog } = fixture
    const local = { id: 'L1', issuer: '1.2.9', otherIds: [] }
    await register(right, { ...stranger, patient: local, receivedAt: at(3) })
    expect(await catalog.locateInstances({ studyInstanceUid }, { kind: 'all' })).toHaveLength(1)
    await healthRecord.identity.linkIdentity({
      issuer: '1.2.9',
      identifier: 'L1',
      national: { issuer: codiceFiscaleIssuer, identifier: mario.id },
      source: 'test',
    })
    await catalog.takeDueStudies()
    expect(await catalog.locateInstances({ studyInstanceUid }, { kind: 'all' })).toHaveLength(2)
  })
})

/** The isolation matrix: what each caller sees of one study, against a model in plain code, over histories in any order. */
const entities = ['ASST-A', 'ASST-B', 'ASST-C'] as const
const persons = [
  { id: 'RSSMRA80A01F205X', name: 'ROSSI^MARIO', birthDate: '19800101' },
  { id: 'BNCNNA75B41F205W', name: 'BIANCHI^ANNA', birthDate: '19750201' },
  { id: undefined, name: undefined, birthDate: undefined },
] as const

const arrival = fc.record({
  entity: fc.constantFrom(...entities),
  sop: fc.nat(2),
  series: fc.nat(1),
  person: fc.nat(persons.length - 1),
  variant: fc.nat(1),
})
const history = fc.record({
  arrivals: fc.array(arrival, { minLength: 1, maxLength: 8 }),
  ordered: fc.uniqueArray(fc.constantFrom(...entities), { maxLength: 2 }),
  order: fc.infiniteStream(fc.nat(1_000)),
})
type Arrival = typeof arrival extends fc.Arbitrary<infer T> ? T : never

const bytesOf = ({ sop, series, person, variant }: Arrival) => `${sop}/${series}/${person}/${variant}`
const descriptionOf = ({ person, series }: Arrival) => `person ${person} series ${series}`

function sampleOf(one: Arrival, index: number): SampleInstance {
  const { id, name, birthDate } = persons[one.person] ?? persons[2]
  return {
    entity: one.entity,
    sop: `1.9.${one.sop}`,
    series: `1.8.${one.series}`,
    bytes: bytesOf(one),
    receivedAt: at(index + 1),
    patient: { otherIds: [], ...(id && { id }), ...(name && { name }), ...(birthDate && { birthDate }) },
    studyHeader: { description: descriptionOf({ ...one, series: 0 }) },
    seriesHeader: { modality: one.person === 0 ? 'CT' : 'MR', number: one.series, description: descriptionOf(one) },
  }
}

interface View {
  readonly person: number
  /** Bytes by SOP Instance UID number. */
  readonly shown: ReadonlyMap<number, Arrival>
}

/** What one holder sees: of each SOP Instance UID the bytes that it sent for the first time last. */
function viewOf(sent: readonly Arrival[]): View {
  const shown = new Map<number, Arrival>()
  const seen = new Set<string>()
  for (const one of sent) {
    if (!seen.has(bytesOf(one))) shown.set(one.sop, one)
    seen.add(bytesOf(one))
  }
  const current = new Set([...shown.values()].map(bytesOf))
  return { person: sent.find((one) => current.has(bytesOf(one)))?.person ?? 2, shown }
}

/** The record: the originator's person; of each instance what the originator sent, else the first that somebody agreeing sent. */
function modelOf(arrivals: readonly Arrival[], ordered: readonly string[]) {
  const holders = [...new Set(arrivals.map(({ entity }) => entity))]
  const views = new Map(holders.map((one) => [one, viewOf(arrivals.filter(({ entity }) => entity === one))]))
  const originator = ordered.find((one) => holders.includes(one as never)) ?? holders[0] ?? ''
  const person = views.get(originator as never)?.person ?? 2
  const agreeing = holders.filter((one) => one === originator || (person !== 2 && views.get(one)?.person === person))
  const shown = new Map<number, Arrival>()
  for (const one of arrivals) if (agreeing.includes(one.entity) && !shown.has(one.sop)) shown.set(one.sop, one)
  for (const [sop, one] of views.get(originator as never)?.shown ?? []) shown.set(sop, one)
  const record: View = { person, shown }
  const patient = (number: number): View | undefined =>
    person === number ? record : holders.map((one) => views.get(one)).find((view) => view?.person === number)
  return { record, patient, holder: (entity: string) => views.get(entity as never), originator }
}

async function seenBy(predicate: Predicate) {
  const [study] = await search(predicate)
  const series = await search(predicate, 'series')
  const instances = await search(predicate, 'instance')
  const located = await fixture.catalog.locateInstances({ studyInstanceUid }, predicate)
  const value = (json: DicomJson | undefined, tag: string) => json?.[tag]?.Value?.[0]
  return {
    name: (value(study, '00100010') as { Alphabetic?: string } | undefined)?.Alphabetic,
    counts: [value(study, '00201206'), value(study, '00201208')],
    series: series.map((one) => [value(one, '0020000E'), value(one, '00201209')]).sort(),
    instances: instances.map((one) => value(one, '00080018')).sort(),
    bytes: located.map((one) => Buffer.from(one.sha256).toString('hex')).sort(),
    byName: await Promise.all(
      persons.slice(0, 2).map(async ({ name }) => (await search(predicate, 'study', { PatientName: name })).length),
    ),
  }
}

function expectedOf(view: View | undefined): Awaited<ReturnType<typeof seenBy>> {
  const shown = [...(view?.shown.values() ?? [])]
  const series = Map.groupBy(shown, ({ series: number }) => number)
  const isThere = view !== undefined
  return {
    name: isThere ? persons[view.person]?.name : undefined,
    counts: isThere ? [series.size, shown.length] : [undefined, undefined],
    series: [...series].map(([number, members]) => [`1.8.${number}`, members.length]).sort() as never,
    instances: shown.map(({ sop }) => `1.9.${sop}`).sort(),
    bytes: shown.map((one) => Buffer.from(sha256(bytesOf(one))).toString('hex')).sort(),
    byName: [0, 1].map((number) => (view?.person === number ? 1 : 0)),
  }
}

async function rowsOf() {
  const { sql } = fixture.database
  const holders = await sql`
    select n.code, h.agreement, h.proof, h.patient_name, h.number_of_series, h.number_of_instances, h.modalities,
      h.description, h.first_received_at, h.last_received_at, h.first_segment_id
    from holder_studies h join entities n on n.id = h.holder_id order by 1`
  const series = await sql`
    select n.code, h.series_instance_uid, h.number_of_instances, h.modality, h.description
    from holder_series h join entities n on n.id = h.holder_id order by 1, 2`
  return { ...(await contentsOf(fixture.database)), holders: [...holders], series: [...series] }
}

async function build(
  packs: readonly ReturnType<typeof samplePack>[],
  ordered: readonly string[],
  place: 'before' | 'after',
): Promise<void> {
  await fixture.clear()
  await fixture.database.sql`delete from orders`
  const tell = async () => {
    for (const [index, origin] of ordered.entries()) {
      const receivedAt = new Date(Date.parse(at(0)) - 10_000 + index)
      await fixture.healthRecord.reports.receiveOrder({
        origin,
        receivedAt,
        studyInstanceUid,
        placers: [],
        fillers: [],
      })
    }
  }
  if (place === 'before') await tell()
  for (const pack of packs) await fixture.catalog.registerPack(pack)
  if (place === 'after') await tell()
  await fixture.catalog.takeDueStudies()
}

describe('the isolation matrix', () => {
  it('is what the model says, and the same in whatever order packs and orders come', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ arrivals, ordered, order }) => {
        const packs = arrivals.map((one, index) => samplePack([sampleOf(one, index)]))
        await build(packs, ordered, 'after')
        const model = modelOf(arrivals, ordered)
        const compare = async (who: string, predicate: Predicate, view: View | undefined) =>
          expect({ who, ...(await seenBy(predicate)) }).toEqual({ who, ...expectedOf(view) })
        for (const entity of entities) await compare(entity, ofEntity(entity), model.holder(entity))
        await compare('a stranger', ofEntity('ASST-D'), undefined)
        for (const number of [0, 1]) {
          await compare(`patient ${number}`, ofPatient(persons[number]?.id ?? ''), model.patient(number))
        }
        await compare('the record', { kind: 'all' }, model.record)
        const first = await rowsOf()
        const keys = [...order.take(packs.length)]
        const turned = packs.map((pack, index) => ({ pack, key: keys[index] ?? 0 })).sort((a, b) => a.key - b.key)
        await build(
          turned.map(({ pack }) => pack),
          ordered,
          'before',
        )
        expect(await rowsOf()).toEqual(first)
      }),
      { numRuns: propertyRuns },
    )
  })
})
