import { api } from 'dicomweb-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from './support/archive.ts'
import { makePopulation, type StudyName } from './support/demo-population.ts'
import type { DicomWeb } from './support/dicomweb.ts'
import type { JsonDataSet } from './support/metadata-comparison.ts'
import { parseMultipart } from './support/multipart.ts'
import { splitPart10 } from './support/part10.ts'
import { waitFor } from './support/wait.ts'
import { FetchXmlHttpRequest } from './support/xml-http-request.ts'

/** The types demand media types too; viewers leave them out, and the client then asks for `application/dicom`. */
type WholeInstance = Parameters<api.DICOMwebClient['retrieveInstance']>[0]

const entity = 'ASST-DICOMWEB'
const startTimeoutMs = 90_000
const population = makePopulation()
const uidOfStudy = (name: StudyName) => population.studies[name].studyInstanceUid

let archive: Archive
let web: DicomWeb
let client: api.DICOMwebClient

beforeAll(async () => {
  archive = await Archive.start()
  await archive.addEntity({ code: entity, aeTitles: ['DICOMWEB'] })
  web = await archive.dicomWeb('entity', { entity: entity })
  Object.assign(globalThis, { XMLHttpRequest: FetchXmlHttpRequest })
  const headers = { Authorization: `Bearer ${await archive.token('entity', { entity: entity })}` }
  client = new api.DICOMwebClient({ url: web.baseUrl, headers, singlepart: false, verbose: false })
  const datasets = population.fixtures.map((fixture) => Uint8Array.from(fixture.file).buffer)
  await client.storeInstances({ datasets })
  await waitFor(async () => ((await web.search('/instances')).length === population.fixtures.length ? true : undefined))
}, startTimeoutMs)

afterAll(() => archive.dispose())

const valuesOf = (answers: readonly JsonDataSet[], tag: string) => answers.map((answer) => answer[tag]?.Value?.[0])
const studyInstanceUidTag = '0020000D'
const seriesInstanceUidTag = '0020000E'
const sopInstanceUidTag = '00080018'

/** Study names found by a search, whatever their order. */
async function studiesFor(query: string): Promise<readonly string[]> {
  const found = valuesOf(await web.search(`/studies?${query}`), studyInstanceUidTag)
  return (Object.keys(population.studies) as StudyName[]).filter((name) => found.includes(uidOfStudy(name)))
}

describe('dicomweb-client', () => {
  it('finds what it stored, at each level', async () => {
    const studies = await client.searchForStudies()
    expect(studies).toHaveLength(4)
    const studyInstanceUID = uidOfStudy('rossi-ct')
    expect(await client.searchForSeries({ studyInstanceUID })).toHaveLength(2)
    expect(await client.searchForInstances({ studyInstanceUID })).toHaveLength(6)
  })

  it('retrieves study, series and instance, and their metadata', async () => {
    const studyInstanceUID = uidOfStudy('bianchi-ct')
    const members = population.fixtures.filter((fixture) => fixture.studyInstanceUid === studyInstanceUID)
    const { seriesInstanceUid: seriesInstanceUID, sopInstanceUid: sopInstanceUID } = members[0]!
    const request = {} // demanded by the types only
    const study = await client.retrieveStudy({ studyInstanceUID, request })
    const sent = members.map((fixture) => fixture.dataSet.toString('base64')).sort()
    const dataSetOf = (bytes: ArrayBuffer) => splitPart10(Buffer.from(bytes)).dataSet.toString('base64')
    expect(study.map(dataSetOf).sort()).toEqual(sent)
    expect(await client.retrieveSeries({ studyInstanceUID, seriesInstanceUID, request })).toHaveLength(members.length)
    const instance = await client.retrieveInstance({
      studyInstanceUID,
      seriesInstanceUID,
      sopInstanceUID,
      request,
    } as WholeInstance)
    expect(dataSetOf(instance)).toBe(members[0]!.dataSet.toString('base64'))
    expect(await client.retrieveStudyMetadata({ studyInstanceUID, request })).toHaveLength(members.length)
    expect(await client.retrieveSeriesMetadata({ studyInstanceUID, seriesInstanceUID, request })).toHaveLength(
      members.length,
    )
    const metadata = await client.retrieveInstanceMetadata({ studyInstanceUID, seriesInstanceUID, sopInstanceUID })
    expect(valuesOf([metadata as unknown as JsonDataSet].flat(), sopInstanceUidTag)).toEqual([sopInstanceUID])
  })
})

describe('the requests of a viewer', () => {
  it('lists studies with its include fields, wildcards, range and fuzzy flag', async () => {
    const answers = await web.search(
      '/studies?limit=101&offset=0&fuzzymatching=false&includefield=00081030%2C00080060%2C00080090%2C00100030' +
        '&StudyDate=20240101-20241231&00100020=*MI-10*&PatientName=*ross*',
    )
    expect(valuesOf(answers, studyInstanceUidTag)).toEqual([uidOfStudy('rossi-mr')])
    expect(answers[0]?.['00081030']?.Value).toEqual(['Torace rossi-mr'])
  })

  it.each([
    'multipart/related; type="application/dicom"; transfer-syntax=*',
    'multipart/related; type="application/dicom"',
    'multipart/related; type=application/dicom',
    'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.1',
    '*/*',
  ])('retrieves instances for Accept: %s', async (accept) => {
    const response = await web.fetch(`/studies/${uidOfStudy('rossi-mr')}`, { headers: { accept } })
    expect(response.status).toBe(200)
    const body = Buffer.from(await response.arrayBuffer())
    expect(parseMultipart(response.headers.get('content-type') ?? '', body)).toHaveLength(2)
  })

  it.each(['application/dicom+json', 'application/json', 'application/dicom+json, application/json', '*/*'])(
    'gets metadata for Accept: %s',
    async (accept) => {
      const response = await web.fetch(`/studies/${uidOfStudy('rossi-mr')}/metadata`, { headers: { accept } })
      expect(response.status).toBe(200)
      expect(await response.json()).toHaveLength(2)
    },
  )
})

describe('QIDO-RS', () => {
  it('answers the required attributes of each level', async () => {
    const path = `/studies/${uidOfStudy('rossi-ct')}`
    const [study] = await web.search(`/studies?StudyInstanceUID=${uidOfStudy('rossi-ct')}`)
    // PS3.18 table 10.6.3-3
    const studyTags = [
      '00080020',
      '00080030',
      '00080050',
      '00080061',
      '00100010',
      '00100020',
      studyInstanceUidTag,
      '00200010',
      '00201206',
      '00201208',
    ]
    expect(Object.keys(study ?? {})).toEqual(expect.arrayContaining(studyTags))
    expect(study).toMatchObject({
      '00201206': { Value: [2] },
      '00201208': { Value: [6] },
      '00080061': { Value: ['CT'] },
    })
    const [series] = await web.search(`${path}/series`)
    // PS3.18 table 10.6.3-4
    expect(Object.keys(series ?? {})).toEqual(
      expect.arrayContaining(['00080060', seriesInstanceUidTag, '00200011', '00201209']),
    )
    const [instance] = await web.search(`${path}/instances`)
    // PS3.18 table 10.6.3-5
    const instanceTags = ['00080016', sopInstanceUidTag, '00200013', '00280010', '00280011', '00280100']
    expect(Object.keys(instance ?? {})).toEqual(expect.arrayContaining(instanceTags))
  })

  it.each([
    ['PatientID=MI-1001', ['rossi-ct', 'rossi-mr']],
    ['PatientID=MI-100%3F', ['rossi-ct', 'rossi-mr', 'bianchi-ct', 'verdi-dx']],
    ['PatientName=Verdi*', ['verdi-dx']],
    ['PatientName=verdi*', ['verdi-dx']],
    ['00100010=*Luca*', ['bianchi-ct']],
    ['StudyDate=20240220', ['rossi-mr']],
    ['StudyDate=-20230105', ['rossi-ct']],
    ['StudyDate=20240301-', ['bianchi-ct', 'verdi-dx']],
    ['StudyDate=20240101-20241231', ['rossi-mr', 'bianchi-ct']],
    ['ModalitiesInStudy=DX', ['verdi-dx']],
    ['ModalitiesInStudy=CT', ['rossi-ct', 'bianchi-ct']],
    ['AccessionNumber=rossi-ct', ['rossi-ct']],
    [`StudyInstanceUID=${uidOfStudy('rossi-ct')},${uidOfStudy('verdi-dx')}`, ['rossi-ct', 'verdi-dx']],
    [`StudyInstanceUID=${uidOfStudy('rossi-ct')}%5C${uidOfStudy('verdi-dx')}`, ['rossi-ct', 'verdi-dx']],
    ['PatientName=Nessuno', []],
    ['PatientName=', ['rossi-ct', 'rossi-mr', 'bianchi-ct', 'verdi-dx']],
  ])('finds by %s', async (query, expected) => {
    expect(await studiesFor(query)).toEqual(expected)
  })

  it('pages in one stable order', async () => {
    const all = valuesOf(await web.search('/instances'), sopInstanceUidTag)
    const pages = await Promise.all([0, 5, 10].map((offset) => web.search(`/instances?limit=5&offset=${offset}`)))
    expect(pages.flatMap((page) => valuesOf(page, sopInstanceUidTag))).toEqual(all)
    expect(new Set(all).size).toBe(population.fixtures.length)
  })

  it('includes what is asked for, and all', async () => {
    const path = `/studies/${uidOfStudy('rossi-mr')}/instances`
    const [plain] = await web.search(path)
    expect(plain?.['00281054']).toBeUndefined()
    const [all] = await web.search(`${path}?includefield=all`)
    expect(Object.keys(all ?? {}).length).toBeGreaterThan(Object.keys(plain ?? {}).length - 1)
    const [named] = await web.search(`${path}?includefield=PatientName&includefield=StudyDescription`)
    expect(named?.['00100010']?.Value).toEqual([{ Alphabetic: 'Rossi^Anna Maria' }])
  })

  it('searches series and instances across studies', async () => {
    expect(await web.search('/series?Modality=CT')).toHaveLength(3)
    expect(await web.search(`/instances?StudyInstanceUID=${uidOfStudy('rossi-ct')}&InstanceNumber=1`)).toHaveLength(2)
  })
})

describe('errors', () => {
  it.each([
    ['/studies?NoSuchAttribute=1', 400],
    ['/studies?limit=-1', 400],
    ['/studies?StudyDate=yesterday', 400],
    ['/studies/1.2.3.4', 404],
    ['/studies/1.2.3.4/metadata', 404],
    ['/nonsense', 404],
  ])('%s answers %i as a problem with a stable type', async (path, status) => {
    const response = await web.fetch(path)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(await response.json()).toMatchObject({ type: expect.stringMatching(/^(urn|https?):/), status })
  })

  it('406 names what is available', async () => {
    const headers = { accept: 'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.90' }
    const response = await web.fetch(`/studies/${uidOfStudy('rossi-mr')}`, { headers })
    expect(response.status).toBe(406)
    expect(JSON.stringify(await response.json())).toContain('1.2.840.10008.1.2.1')
  })
})
