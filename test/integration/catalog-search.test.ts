import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DicomJson, type Predicate, type Query, unsupportedKeys } from '../../packages/catalog/src/index.ts'
import { keywordOf, parseMatch, tagOf, vrOf } from '../../packages/dicom/src/index.ts'
import { codiceFiscaleIssuer } from '../../packages/identifiers/src/index.ts'
import { type CatalogFixture, type SampleInstance, samplePack, startCatalog } from './support-catalog.ts'

let fixture: CatalogFixture

const everything: Predicate = { kind: 'all' }
const mario = { id: 'RSSMRA80A01F205X', otherIds: [], name: 'Rossi^Mario', birthDate: '19800101', sex: 'M' }
const marie = { id: 'M2', issuer: 'LOCAL', otherIds: [], name: "D'Élia^Marie=山田^太郎=やまだ^たろう", sex: 'F' }
const other = { id: 'M3', otherIds: [{ id: 'RSSMRA80A01F205X', type: 'TEXT' }], name: 'ROSSINI^GIOACCHINO' }

const request = [
  {
    '00400009': { vr: 'SH', Value: ['SPS1'] },
    '00401001': { vr: 'SH', Value: ['RP1'] },
  },
]

/** Three studies: a CT of two series with three instances, an MR, and a report of another entity. */
const samples: readonly SampleInstance[][] = [
  [
    ...[1, 2].map((number) => ({
      study: '1.1',
      series: '1.1.1',
      sop: `1.1.1.${number}`,
      patient: mario,
      studyHeader: {
        date: '20240105',
        time: '0930',
        accessionNumber: 'ACC%1',
        referringPhysicianName: 'Bianchi^Ugo',
        description: 'TC torace',
        timezoneOffset: '+0100',
      },
      seriesHeader: {
        modality: 'CT',
        number: 2,
        description: 'Axial',
        performedProcedureStepStartDate: '20240105',
        performedProcedureStepStartTime: '094500',
        requestAttributes: request,
      },
      instanceHeader: { number, rows: 512, columns: 256, bitsAllocated: 16 },
      receivedAt: '2026-11-24T10:00:01.000Z',
    })),
    {
      study: '1.1',
      series: '1.1.2',
      sop: '1.1.2.1',
      patient: mario,
      studyHeader: {
        date: '20240105',
        time: '0930',
        accessionNumber: 'ACC%1',
        referringPhysicianName: 'Bianchi^Ugo',
        description: 'TC torace',
        timezoneOffset: '+0100',
      },
      seriesHeader: { modality: 'SR', number: 1 },
      sopClassUid: '1.2.840.10008.5.1.4.1.1.88.11',
      instanceHeader: {
        number: 1,
        contentDate: '20240105',
        conceptName: { value: '18748-4', scheme: 'LN', meaning: 'Referto' },
      },
      receivedAt: '2026-11-24T10:00:01.500Z',
    },
  ],
  [
    {
      study: '1.2',
      series: '1.2.1',
      sop: '1.2.1.1',
      patient: marie,
      studyHeader: { date: '20240220', time: '235959.5', accessionNumber: 'ACC2', id: 'S2' },
      seriesHeader: { modality: 'MR', number: 1, description: 'T1' },
      instanceHeader: { number: 1, rows: 256, columns: 256, bitsAllocated: 16, numberOfFrames: 30 },
      receivedAt: '2026-11-24T10:00:02.000Z',
    },
  ],
  [
    {
      study: '1.3',
      series: '1.3.1',
      sop: '1.3.1.1',
      entity: 'ASST-B',
      patient: other,
      studyHeader: { time: '101010' },
      seriesHeader: { modality: 'CT' },
      instanceHeader: {},
      receivedAt: '2026-11-24T10:00:03.000Z',
    },
  ],
]

beforeAll(async () => {
  fixture = await startCatalog()
  await fixture.clear()
  for (const pack of samples) await fixture.catalog.registerPack(samplePack(pack))
})
afterAll(() => fixture.stop())

type Keys = Readonly<Record<string, string>>

function queryOf(level: Query['level'], keys: Keys = {}, more: Partial<Query> = {}): Query {
  const parsed = Object.entries(keys).map(([path, text]) => {
    const tags = path.split('.').map((keyword) => tagOf(keyword) ?? 0)
    const tag = tags.at(-1) ?? 0
    const vr = vrOf(tag) ?? 'UN'
    return { tag, keyword: keywordOf(tag) ?? '', vr, match: parseMatch(vr, text), path: tags.slice(0, -1) }
  })
  return { level, keys: parsed, includeFields: [], offset: 0, fuzzy: false, ...more }
}

const uidTags = { patient: '00100020', study: '0020000D', series: '0020000E', instance: '00080018' } as const

async function find(query: Query, predicate: Predicate = everything): Promise<unknown[]> {
  const answers = await fixture.catalog.search(query, predicate)
  return answers.map((answer) => answer[uidTags[query.level]]?.Value?.[0])
}

function firstValue(answer: DicomJson | undefined, keyword: string): unknown {
  return answer?.[(tagOf(keyword) ?? 0).toString(16).toUpperCase().padStart(8, '0')]?.Value?.[0]
}

describe('searching studies', () => {
  it.each<[string, Keys, string[]]>([
    ['nothing', {}, ['1.1', '1.2', '1.3']],
    ['an empty key', { PatientName: '' }, ['1.1', '1.2', '1.3']],
    ['PatientID', { PatientID: 'M2' }, ['1.2']],
    ['PatientID with a wildcard', { PatientID: 'M?' }, ['1.2', '1.3']],
    ['PatientID and its issuer', { PatientID: 'M2', IssuerOfPatientID: 'LOCAL' }, ['1.2']],
    ['PatientID and another issuer', { PatientID: 'M2', IssuerOfPatientID: 'ELSEWHERE' }, []],
    ['AccessionNumber', { AccessionNumber: 'ACC2' }, ['1.2']],
    ['a wildcard before a percent sign', { AccessionNumber: 'A*%1' }, ['1.1']],
    ['a percent sign as itself', { AccessionNumber: 'ACC%' }, []],
    ['StudyDate', { StudyDate: '20240105' }, ['1.1']],
    ['a range of StudyDate', { StudyDate: '20240101-20240131' }, ['1.1']],
    ['an open range of StudyDate', { StudyDate: '20240106-' }, ['1.2']],
    ['a range of StudyTime to the minute', { StudyTime: '0900-0930' }, ['1.1']],
    ['StudyTime to the hour', { StudyTime: '10' }, ['1.3']],
    ['a span over midnight', { StudyDate: '20240105-20240220', StudyTime: '1000-235958' }, []],
    ['a span of days', { StudyDate: '20240104-20240220', StudyTime: '1000-235959' }, ['1.1', '1.2']],
    ['a name in other letters', { PatientName: 'ROSSI^MARIO' }, ['1.1']],
    ['a name with a wildcard', { PatientName: 'rossi*' }, ['1.1', '1.3']],
    ['a name without its accents', { PatientName: "d'elia*" }, ['1.2']],
    ['an ideographic name', { PatientName: '山田*' }, ['1.2']],
    ['a phonetic name', { PatientName: '*^たろう' }, ['1.2']],
    ['the end of a name', { PatientName: '*mario' }, ['1.1']],
    ['a family name alone is not a name', { PatientName: 'ROSSI' }, []],
    ['ReferringPhysicianName', { ReferringPhysicianName: 'BIANCHI*' }, ['1.1']],
    ['ModalitiesInStudy', { ModalitiesInStudy: 'SR' }, ['1.1']],
    ['ModalitiesInStudy with a wildcard', { ModalitiesInStudy: '?R' }, ['1.1', '1.2']],
    ['StudyID', { StudyID: 'S2' }, ['1.2']],
    ['StudyDescription', { StudyDescription: 'TC*' }, ['1.1']],
    ['StudyInstanceUID', { StudyInstanceUID: '1.3' }, ['1.3']],
    ['a list of UIDs', { StudyInstanceUID: '1.3\\1.1\\9.9' }, ['1.1', '1.3']],
    ['PatientBirthDate', { PatientBirthDate: '19800101' }, ['1.1']],
    ['text that would be SQL', { PatientID: `x' or true --`, AccessionNumber: "'; drop table studies; --" }, []],
  ])('by %s', async (_, keys, expected) => {
    expect(await find(queryOf('study', keys))).toEqual(expected)
  })

  it('by the beginnings of names, in any order, when fuzzy', async () => {
    expect(await find(queryOf('study', { PatientName: 'mar ros' }, { fuzzy: true }))).toEqual(['1.1'])
    expect(await find(queryOf('study', { PatientName: "d'el" }, { fuzzy: true }))).toEqual(['1.2'])
    expect(await find(queryOf('study', { PatientName: 'a.*' }, { fuzzy: true }))).toEqual([])
  })

  it('answers page by page in a stable order', async () => {
    expect(await find(queryOf('study', {}, { limit: 2 }))).toEqual(['1.1', '1.2'])
    expect(await find(queryOf('study', {}, { limit: 2, offset: 2 }))).toEqual(['1.3'])
    expect(await find(queryOf('study', {}, { limit: 2, offset: 9 }))).toEqual([])
  })

  it('answers with the attributes of PS3.18 Table 10.6.3-3', async () => {
    const [answer] = await fixture.catalog.search(queryOf('study', { StudyInstanceUID: '1.1' }), everything)
    expect(answer).toEqual({
      '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
      '00080020': { vr: 'DA', Value: ['20240105'] },
      '00080030': { vr: 'TM', Value: ['0930'] },
      '00080050': { vr: 'SH', Value: ['ACC%1'] },
      '00080056': { vr: 'CS', Value: ['ONLINE'] },
      '00080061': { vr: 'CS', Value: ['CT', 'SR'] },
      '00080090': { vr: 'PN', Value: [{ Alphabetic: 'Bianchi^Ugo' }] },
      '00080201': { vr: 'SH', Value: ['+0100'] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Rossi^Mario' }] },
      '00100020': { vr: 'LO', Value: ['RSSMRA80A01F205X'] },
      '00100030': { vr: 'DA', Value: ['19800101'] },
      '00100040': { vr: 'CS', Value: ['M'] },
      '0020000D': { vr: 'UI', Value: ['1.1'] },
      '00200010': { vr: 'SH' },
      '00201206': { vr: 'IS', Value: [2] },
      '00201208': { vr: 'IS', Value: [3] },
    })
    expect(Object.keys(answer ?? {})).toEqual(Object.keys(answer ?? {}).sort())
  })

  it('adds the fields asked for, and ignores those it does not keep', async () => {
    const fields = [tagOf('StudyDescription') ?? 0, tagOf('PatientComments') ?? 0]
    const [answer] = await fixture.catalog.search(
      queryOf('study', { StudyInstanceUID: '1.1' }, { includeFields: fields }),
      everything,
    )
    expect(firstValue(answer, 'StudyDescription')).toBe('TC torace')
    expect(answer).not.toHaveProperty('00104000')
    const [all] = await fixture.catalog.search(
      queryOf('study', { StudyInstanceUID: '1.2' }, { includeFields: 'all' }),
      everything,
    )
    expect(firstValue(all, 'IssuerOfPatientID')).toBe('LOCAL')
    expect(firstValue(all, 'PatientName')).toEqual({
      Alphabetic: "D'Élia^Marie",
      Ideographic: '山田^太郎',
      Phonetic: 'やまだ^たろう',
    })
  })

  it('names the keys it cannot match', () => {
    const keys = unsupportedKeys(
      queryOf('study', { PatientComments: 'x', PatientID: 'x', Modality: 'CT', StudyID: '' }),
    )
    expect(keys.map(({ keyword }) => keyword)).toEqual(['PatientComments', 'Modality'])
  })
})

describe('searching series and instances', () => {
  it.each<[string, Query['level'], Keys, string[]]>([
    ['the series of a study by number', 'series', { StudyInstanceUID: '1.1' }, ['1.1.2', '1.1.1']],
    ['series anywhere', 'series', {}, ['1.1.2', '1.1.1', '1.2.1', '1.3.1']],
    ['series by modality and study date', 'series', { Modality: 'CT', StudyDate: '20240101-' }, ['1.1.1']],
    ['series by number', 'series', { SeriesNumber: '2' }, ['1.1.1']],
    ['series by UID', 'series', { SeriesInstanceUID: '1.2.1' }, ['1.2.1']],
    ['series by patient', 'series', { PatientName: 'ROSSI*', Modality: 'CT' }, ['1.1.1', '1.3.1']],
    ['series by start', 'series', { PerformedProcedureStepStartDate: '20240105-20240105' }, ['1.1.1']],
    ['a key in a sequence', 'series', { 'RequestAttributesSequence.ScheduledProcedureStepID': 'SPS?' }, ['1.1.1']],
    ['a key in a sequence that misses', 'series', { 'RequestAttributesSequence.RequestedProcedureID': 'X' }, []],
    ['instances of a study', 'instance', { StudyInstanceUID: '1.1' }, ['1.1.2.1', '1.1.1.1', '1.1.1.2']],
    ['instances of a series', 'instance', { SeriesInstanceUID: '1.1.1' }, ['1.1.1.1', '1.1.1.2']],
    ['instances anywhere by modality', 'instance', { Modality: 'MR' }, ['1.2.1.1']],
    ['an instance by UID', 'instance', { SOPInstanceUID: '1.3.1.1' }, ['1.3.1.1']],
    ['instances by a list of UIDs', 'instance', { SOPInstanceUID: '1.3.1.1\\1.2.1.1' }, ['1.2.1.1', '1.3.1.1']],
    ['instances by class', 'instance', { SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.11' }, ['1.1.2.1']],
    ['instances by number', 'instance', { InstanceNumber: '2' }, ['1.1.1.2']],
    ['instances by frames', 'instance', { NumberOfFrames: '30' }, ['1.2.1.1']],
  ])('finds %s', async (_, level, keys, expected) => {
    expect(await find(queryOf(level, keys))).toEqual(expected)
  })

  it('answers with parent attributes only where the request does not fix the parent', async () => {
    const [within] = await fixture.catalog.search(queryOf('series', { StudyInstanceUID: '1.1' }), everything)
    expect(within).not.toHaveProperty('00100010')
    expect(firstValue(within, 'StudyInstanceUID')).toBe('1.1')
    expect(firstValue(within, 'NumberOfSeriesRelatedInstances')).toBe(1)
    const [anywhere] = await fixture.catalog.search(queryOf('series'), everything)
    expect(firstValue(anywhere, 'PatientID')).toBe('RSSMRA80A01F205X')
    const [instance] = await fixture.catalog.search(queryOf('instance', { SOPInstanceUID: '1.1.1.2' }), everything)
    expect(firstValue(instance, 'Modality')).toBe('CT')
    expect(firstValue(instance, 'Rows')).toBe(512)
    expect(firstValue(instance, 'Columns')).toBe(256)
    expect(instance?.['00280008']).toEqual({ vr: 'IS' })
  })

  it('answers the title of a document when asked', async () => {
    const [document] = await fixture.catalog.search(
      queryOf('instance', { SOPInstanceUID: '1.1.2.1' }, { includeFields: 'all' }),
      everything,
    )
    expect(document?.['0040A043']).toEqual({
      vr: 'SQ',
      Value: [
        {
          '00080100': { vr: 'SH', Value: ['18748-4'] },
          '00080102': { vr: 'SH', Value: ['LN'] },
          '00080104': { vr: 'LO', Value: ['Referto'] },
        },
      ],
    })
    const [series] = await fixture.catalog.search(queryOf('series', { SeriesInstanceUID: '1.1.1' }), everything)
    expect(series?.['00400275']).toEqual({ vr: 'SQ', Value: request })
  })
})

describe('searching patients', () => {
  it('answers one row each, with what the last study says', async () => {
    expect(await find(queryOf('patient'))).toEqual(['M2', 'M3', 'RSSMRA80A01F205X'])
    expect(await find(queryOf('patient', { PatientName: 'ROSSI*' }))).toEqual(['M3', 'RSSMRA80A01F205X'])
  })
})

describe('a predicate', () => {
  const patient: Predicate = { kind: 'patient', identifier: 'RSSMRA80A01F205X', issuer: codiceFiscaleIssuer }

  it.each<[string, Predicate, string[]]>([
    ['of an entity shows what it holds', { kind: 'entity', entityCode: 'ASST-B' }, ['1.3']],
    ['of an unknown entity shows nothing', { kind: 'entity', entityCode: "x' or true" }, []],
    ['of a patient shows studies by any identifier of his', patient, ['1.1', '1.3']],
    ['of a patient in another domain shows nothing', { ...patient, issuer: 'LOCAL' }, []],
    ['of none shows nothing', { kind: 'none' }, []],
  ])('%s', async (_, predicate, expected) => {
    expect(await find(queryOf('study'), predicate)).toEqual(expected)
    const located = await Promise.all(
      ['1.1', '1.2', '1.3'].map(async (studyInstanceUid) =>
        (await fixture.catalog.locateInstances({ studyInstanceUid }, predicate)).length > 0 ? [studyInstanceUid] : [],
      ),
    )
    expect(located.flat()).toEqual(expected)
  })

  it('hides a hidden study from everybody but its owner and whom it names', async () => {
    const { database, catalog } = fixture
    await database.sql`update studies set visibility = 1 where study_instance_uid = '1.3'`
    try {
      expect(await find(queryOf('study'))).toEqual(['1.1', '1.2'])
      expect(await find(queryOf('instance', { SOPInstanceUID: '1.3.1.1' }))).toEqual([])
      expect(await find(queryOf('study'), patient)).toEqual(['1.1'])
      expect(await find(queryOf('study'), { ...patient, includeHidden: true })).toEqual(['1.1', '1.3'])
      expect(await find(queryOf('study'), { kind: 'all', includeHidden: true })).toEqual(['1.1', '1.2', '1.3'])
      expect(await find(queryOf('study'), { kind: 'entity', entityCode: 'ASST-B' })).toEqual(['1.3'])
      expect(await catalog.findInstancesBySopUid('1.3.1.1', everything)).toEqual([])
      expect(await catalog.locateInstances({ studyInstanceUid: '1.3' }, everything)).toEqual([])
    } finally {
      await database.sql`update studies set visibility = 0 where study_instance_uid = '1.3'`
    }
  })

  it('of an entity counts only its own instances of a shared study', async () => {
    const { catalog } = fixture
    await catalog.registerPack(
      samplePack([
        { study: '1.2', series: '1.2.9', sop: '1.2.9.1', entity: 'ASST-B', seriesHeader: { modality: 'US' } },
      ]),
    )
    const answersOf = async (predicate: Predicate) => {
      const [study] = await catalog.search(queryOf('study', { StudyInstanceUID: '1.2' }), predicate)
      const series = await find(queryOf('series', { StudyInstanceUID: '1.2' }), predicate)
      const instances = await find(queryOf('instance', { StudyInstanceUID: '1.2' }), predicate)
      return {
        modalities: study?.['00080061']?.Value,
        counts: [firstValue(study, 'NumberOfStudyRelatedSeries'), firstValue(study, 'NumberOfStudyRelatedInstances')],
        series,
        instances,
      }
    }
    expect(await answersOf({ kind: 'entity', entityCode: 'ASST-A' })).toEqual({
      modalities: ['MR'],
      counts: [1, 1],
      series: ['1.2.1'],
      instances: ['1.2.1.1'],
    })
    expect(await answersOf({ kind: 'entity', entityCode: 'ASST-B' })).toEqual({
      modalities: ['US'],
      counts: [1, 1],
      series: ['1.2.9'],
      instances: ['1.2.9.1'],
    })
    // The record shows what its originator sent: the other's instance is of another person.
    expect((await answersOf(everything)).counts).toEqual([1, 1])
    const byModality = queryOf('study', { ModalitiesInStudy: 'MR' })
    expect(await find(byModality, { kind: 'entity', entityCode: 'ASST-B' })).toEqual([])
  })
})
