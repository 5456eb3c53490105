import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive, type TokenOptions } from './support/archive.ts'
import { type Fixture, makeFixture, writeFixtures } from './support/fixtures.ts'
import { runProgram } from './support/programs.ts'
import { renamed, type Seen, see } from './support/seen.ts'
import { compareTimes, type TimedRequest, timedRequests } from './support/timed-pairs.ts'
import { waitFor } from './support/wait.ts'

const testTimeoutMs = 180_000
const patientCode = 'RSSNNA80A41F205O'
const acceptFhir = { accept: 'application/fhir+json' }
const acceptJson = { accept: 'application/dicom+json' }

/** The study that is hidden, of two series and two entities, and others beside it that stay. */
const hidden = [
  makeFixture({ study: 'hidden one', series: 'a', number: 1, patientId: patientCode }),
  makeFixture({ study: 'hidden one', series: 'b', number: 2, patientId: patientCode, modality: 'MR' }),
]
const guest = makeFixture({ study: 'hidden one', series: 'c', number: 3, patientId: patientCode })
const early = makeFixture({ study: 'hidden before', number: 1, patientId: patientCode })
const absent = makeFixture({ study: 'nowhere at all', number: 1, patientId: patientCode })
const others = [1, 2, 3, 4].map((number) =>
  makeFixture({ study: `open ${number}`, number, patientId: number < 3 ? patientCode : 'PZ-9' }),
)
const study = hidden[0]!.studyInstanceUid

/** Who is told nothing: the one that sent a part of it too, a stranger, the health record without its patient, an admin. */
const outsiders: readonly (readonly [name: string, role: string, options: TokenOptions])[] = [
  ['an entity that holds a part', 'entity', { entity: 'ASST-OSPITE' }],
  ['another entity', 'entity', { entity: 'ASST-ALTRA' }],
  ['the health record, for treatment', 'fse', { purpose: 'TREATMENT' }],
  ['the health record, for treatment of the patient', 'fse', { purpose: 'TREATMENT', patient: patientCode }],
  ['the health record, in an emergency', 'fse', { purpose: 'EMERGENCY', patient: patientCode }],
  ['an admin', 'admin', {}],
  ['an operator', 'operator', {}],
]
const insiders: readonly (readonly [name: string, role: string, options: TokenOptions])[] = [
  ['the entity that made it', 'entity', { entity: 'ASST-AUTRICE' }],
  ['the patient, by the health record', 'fse', { purpose: 'PERSONAL', patient: patientCode }],
]
const everybody = [...outsiders, ...insiders]

/** Every way to ask for a study, alone or among others. */
function requestsFor(uid: string, instance: Fixture): readonly TimedRequest[] {
  const { seriesInstanceUid, sopInstanceUid } = instance
  const series = `/dicomweb/studies/${uid}/series/${seriesInstanceUid}`
  const one = `${series}/instances/${sopInstanceUid}`
  const searches = [
    ...['studies', 'series', 'instances'].flatMap((level) => [
      `/dicomweb/${level}?limit=100`,
      `/dicomweb/${level}?limit=2`,
      `/dicomweb/${level}?limit=2&offset=2`,
      `/dicomweb/${level}?limit=2&offset=4`,
      `/dicomweb/${level}?StudyInstanceUID=${uid}&includefield=all`,
      `/dicomweb/${level}?PatientID=${patientCode}`,
    ]),
    '/dicomweb/studies?AccessionNumber=hidden%20one',
    `/dicomweb/series?SeriesInstanceUID=${seriesInstanceUid}`,
    `/dicomweb/instances?SOPInstanceUID=${sopInstanceUid}`,
    `/dicomweb/studies/${uid}/series`,
    `/dicomweb/studies/${uid}/instances`,
    `${series}/instances`,
    `/reports?study=${uid}`,
    `/fse/v1/report-references?study=${uid}`,
    `/fse/v1/unresolved`,
    '/fse/v1/publications',
    `/fse/v1/publications/${uid}`,
  ].map((path) => ({ path, headers: acceptJson }))
  const fhir = [
    ...['ImagingStudy', 'DocumentReference'].flatMap((type) => [
      `/fhir/${type}?patient.identifier=${patientCode}`,
      `/fhir/${type}?patient.identifier=${patientCode}&_count=2`,
      `/fhir/${type}?patient.identifier=${patientCode}&modality=MR`,
      `/fhir/${type}?study-instance-uid=${uid}`,
    ]),
    `/fhir/ImagingStudy?identifier=urn:oid:${uid}`,
    '/fhir/ImagingStudy?accession-number=hidden%20one',
  ].map((path) => ({ path, headers: acceptFhir }))
  const metadata = [`/dicomweb/studies/${uid}`, series, one].map((path) => ({
    path: `${path}/metadata`,
    headers: acceptJson,
  }))
  const retrievals = [
    `/dicomweb/studies/${uid}`,
    series,
    one,
    `${one}?view=as-received`,
    `${one}/frames/1`,
    `${one}/bulkdata/7FE00010`,
    `${one}/rendered`,
    `/dicomweb/studies/${uid}/rendered`,
    `/dicomweb/studies/${uid}/thumbnail`,
  ].map((path) => ({ path }))
  return [...searches, ...fhir, ...metadata, ...retrievals]
}

let archive: Archive

async function ask(request: TimedRequest, role: string, options: TokenOptions): Promise<Seen> {
  const headers = request.headers ?? {}
  return see(`${archive.url}${request.path}`, await archive.token(role, options), { headers })
}

/** All answers to one caller, by path. */
async function askAll(role: string, options: TokenOptions, uid = study, instance = hidden[0]!) {
  const answers = new Map<string, Seen>()
  for (const request of requestsFor(uid, instance)) answers.set(request.path, await ask(request, role, options))
  return answers
}

async function askEverybody(): Promise<ReadonlyMap<string, ReadonlyMap<string, Seen>>> {
  const answers = new Map<string, ReadonlyMap<string, Seen>>()
  for (const [name, role, options] of everybody) answers.set(name, await askAll(role, options))
  return answers
}

async function setVisibility(uid: string, visibility: 'normal' | 'hidden', role = 'fse'): Promise<Seen> {
  const init = {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ visibility }),
  }
  return see(
    `${archive.url}/fse/v1/studies/${uid}/visibility`,
    await archive.token(role, { purpose: 'TREATMENT' }),
    init,
  )
}

async function store(entity: string, fixtures: readonly Fixture[]): Promise<void> {
  const web = await archive.dicomWeb('entity', { entity })
  expect((await web.store(fixtures.map(({ file }) => file))).httpStatus).toBe(200)
}

/** The archive has filed it: its owner finds it, hidden or not. */
async function waitFiled(entity: string, fixture: Fixture): Promise<void> {
  const web = await archive.dicomWeb('entity', { entity })
  const path = `/instances?SOPInstanceUID=${fixture.sopInstanceUid}`
  await waitFor(async () => ((await web.search(path)).length > 0 ? true : undefined), {
    what: 'an instance to be filed',
  })
}

/** What a study becomes once it is stable must not come between two looks at it. */
async function waitPublished(uid: string): Promise<void> {
  const url = `${archive.url}/fse/v1/publications/${uid}`
  const token = await archive.token('operator')
  const isSettled = async () => {
    const { status, body } = await see(url, token)
    if (status !== 200) return undefined
    const { state, dirtySince } = JSON.parse(body) as { state: string; dirtySince: string | null }
    return ['REGISTERED', 'UNRESOLVED'].includes(state) && (dirtySince ?? null) === null ? true : undefined
  }
  await waitFor(isSettled, { what: 'a publication to be settled' })
}

let before: ReadonlyMap<string, ReadonlyMap<string, Seen>>
let shown: ReadonlyMap<string, ReadonlyMap<string, Seen>>

beforeAll(async () => {
  archive = await Archive.start({ env: { VNA_STUDY_STABLE_MS: '500' } })
  for (const [code, title] of [
    ['ASST-AUTRICE', 'AUTRICE'],
    ['ASST-OSPITE', 'OSPITE'],
    ['ASST-ALTRA', 'ALTRA'],
  ] as const) {
    await archive.addEntity({ code, aeTitles: [title] })
  }
  await store('ASST-AUTRICE', others.slice(0, 2))
  await store('ASST-OSPITE', others.slice(2, 3))
  await store('ASST-ALTRA', others.slice(3))
  await waitFiled('ASST-AUTRICE', others[1]!)
  await waitFiled('ASST-OSPITE', others[2]!)
  await waitFiled('ASST-ALTRA', others[3]!)
  for (const { studyInstanceUid } of others) await waitPublished(studyInstanceUid)
  before = await askEverybody()
  await store('ASST-AUTRICE', hidden)
  await waitFiled('ASST-AUTRICE', hidden[1]!)
  await store('ASST-OSPITE', [guest])
  await waitFiled('ASST-OSPITE', guest)
  await waitPublished(study)
  shown = await askEverybody()
}, testTimeoutMs)

afterAll(() => archive?.dispose())

describe('a hidden study', () => {
  it('is seen by those who may before, and is told apart from an absent one on these paths', () => {
    const path = `/dicomweb/studies/${study}/metadata`
    for (const [name, role, options] of everybody) {
      const mayRead = options.entity !== 'ASST-ALTRA'
      const statuses = role === 'operator' ? [403, 403] : [mayRead ? 200 : 404, 404]
      expect([shown.get(name)?.get(path)?.status, before.get(name)?.get(path)?.status], name).toEqual(statuses)
    }
  })

  it(
    'answers everybody else as it did before it came: status, headers, body, counts, pages',
    async () => {
      expect(await setVisibility(study, 'hidden')).toMatchObject({ status: 204, body: '' })
      for (const [name, role, options] of outsiders) {
        const now = await askAll(role, options)
        for (const [path, seen] of now) expect(seen, `${name}: ${path}`).toEqual(before.get(name)?.get(path))
      }
    },
    testTimeoutMs,
  )

  it(
    'stays what it was to its maker and its patient',
    async () => {
      for (const [name, role, options] of insiders) {
        const now = await askAll(role, options)
        for (const [path, seen] of now) {
          if (path.startsWith('/dicomweb')) expect(seen, `${name}: ${path}`).toEqual(shown.get(name)?.get(path))
        }
      }
    },
    testTimeoutMs,
  )

  it('leaves nothing to read of what the health record had read', async () => {
    const [, role, options] = outsiders[2]!
    const reads = fhirReads(shown.get('the health record, for treatment of the patient') ?? new Map())
    expect(reads.length).toBeGreaterThanOrEqual(4)
    for (const path of reads) {
      const nothing = path.replace(/[^/]+$/, (id) => 'x'.repeat(id.length))
      const id = path.slice(path.lastIndexOf('/') + 1)
      const hiddenNow = renamed(await ask({ path, headers: acceptFhir }, role, options), new Map([[id, 'ID']]))
      const nothingEver = await ask({ path: nothing, headers: acceptFhir }, role, options)
      expect(hiddenNow.status, path).toBe(404)
      expect(hiddenNow, path).toEqual(renamed(nothingEver, new Map([['x'.repeat(id.length), 'ID']])))
    }
  })

  it('is no answer to a condition either: the entity tag of before finds nothing', async () => {
    const [, role, options] = outsiders[2]!
    const path = `/dicomweb/studies/${study}`
    const etag = shown.get('the health record, for treatment')?.get(path)?.headers.etag
    expect(etag).toBeDefined()
    const now = await ask({ path, headers: { 'if-none-match': etag ?? '' } }, role, options)
    expect(now).toEqual(before.get('the health record, for treatment')?.get(path))
    const [, patient, ofPatient] = insiders[1]!
    const own = await ask({ path, headers: { 'if-none-match': etag ?? '' } }, patient, ofPatient)
    expect(own.status).toBe(304)
  })

  it(
    'answers as one that never came, UID for UID',
    async () => {
      const names = (fixture: Fixture) =>
        new Map([
          [fixture.sopInstanceUid, 'SOP'],
          [fixture.seriesInstanceUid, 'SERIES'],
          [fixture.studyInstanceUid, 'STUDY'],
        ])
      for (const [name, role, options] of outsiders) {
        const ofHidden = [...(await askAll(role, options)).values()].map((seen) => renamed(seen, names(hidden[0]!)))
        const ofAbsent = [...(await askAll(role, options, absent.studyInstanceUid, absent)).values()].map((seen) =>
          renamed(seen, names(absent)),
        )
        for (const [index, seen] of ofHidden.entries()) expect(seen, name).toEqual(ofAbsent[index])
      }
    },
    testTimeoutMs,
  )

  it('is no publication that staff could ask for again', async () => {
    const retry = async (role: string, uid: string) =>
      see(`${archive.url}/fse/v1/publications/${uid}/retry`, await archive.token(role), { method: 'POST' })
    for (const role of ['operator', 'admin']) {
      const ofHidden = renamed(await retry(role, study), new Map([[study, 'STUDY']]))
      const ofAbsent = renamed(
        await retry(role, absent.studyInstanceUid),
        new Map([[absent.studyInstanceUid, 'STUDY']]),
      )
      expect(ofHidden, role).toEqual(ofAbsent)
      expect(ofHidden.status, role).toBe(404)
      expect((await retry(role, others[0]!.studyInstanceUid)).status, role).toBe(202)
    }
    await waitPublished(others[0]!.studyInstanceUid)
  })

  it('that is decided about before it comes is never seen', async () => {
    const known = await setVisibility(study, 'hidden')
    expect(await setVisibility(early.studyInstanceUid, 'hidden')).toEqual(known)
    const answers = await askAll('fse', { purpose: 'TREATMENT' }, early.studyInstanceUid, early)
    await store('ASST-AUTRICE', [early])
    await waitFiled('ASST-AUTRICE', early)
    const now = await askAll('fse', { purpose: 'TREATMENT' }, early.studyInstanceUid, early)
    for (const [path, seen] of now) expect(seen, path).toEqual(answers.get(path))
    await setVisibility(early.studyInstanceUid, 'normal')
    const web = await archive.dicomWeb('fse', { purpose: 'TREATMENT' })
    expect(await web.search(`/studies?StudyInstanceUID=${early.studyInstanceUid}`)).toHaveLength(1)
    await setVisibility(early.studyInstanceUid, 'hidden')
  })

  it('is decided about by the health record alone', async () => {
    for (const role of ['admin', 'operator']) expect((await setVisibility(study, 'normal', role)).status).toBe(403)
    expect((await setVisibility('no-uid', 'normal')).status).toBe(400)
    const denied = await see(`${archive.url}/dicomweb/studies/${study}`, await archive.token('admin'))
    expect(denied.status).toBe(404)
  })
})

/** Resources of the hidden study and their documents, as searches named them. */
function fhirReads(answers: ReadonlyMap<string, Seen>): readonly string[] {
  const paths = new Set<string>()
  for (const type of ['ImagingStudy', 'DocumentReference']) {
    const { body } = answers.get(`/fhir/${type}?study-instance-uid=${study}`) ?? { body: '{}' }
    const { entry = [] } = JSON.parse(body) as { entry?: readonly { resource: { id: string; resourceType: string } }[] }
    for (const { resource } of entry) paths.add(`/fhir/${resource.resourceType}/${resource.id}`)
    for (const [path] of body.matchAll(/\/fhir\/Binary\/[A-Za-z0-9.-]+/g)) paths.add(path)
  }
  return [...paths]
}

describe('sending what is hidden', () => {
  it('by STOW-RS is answered to another entity as sending something new', async () => {
    const web = await archive.dicomWeb('entity', { entity: 'ASST-ALTRA' })
    const answerTo = async (fixture: Fixture) => {
      const answer = await web.store([fixture.file])
      return JSON.stringify(answer)
        .replaceAll(fixture.sopInstanceUid, 'SOP')
        .replaceAll(fixture.seriesInstanceUid, 'SERIES')
        .replaceAll(fixture.studyInstanceUid, 'STUDY')
    }
    const fresh = makeFixture({ study: 'brand new', number: 1, patientId: patientCode })
    expect(await answerTo(hidden[0]!)).toBe(await answerTo(fresh))
  })

  it('by C-STORE and with --skip-existing counts the same', async () => {
    const folder = `${archive.home}/sent`
    const fresh = makeFixture({ study: 'brand new two', number: 1, patientId: patientCode })
    const [known, unknown] = [writeFixtures(`${folder}/a`, [hidden[1]!]), writeFixtures(`${folder}/b`, [fresh])]
    const token = await archive.token('entity', { entity: 'ASST-ALTRA' })
    const qido = ['--skip-existing', '--qido', `${archive.url}/dicomweb`, '--token', token]
    const send = async (paths: readonly string[]) => {
      const { stdout, exitCode } = await archive.vna(['send', ...archive.sendTo('ALTRA'), ...qido, ...paths, '--json'])
      const { sent, acknowledged, warnings, skipped, failed } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}')
      return { exitCode, sent, acknowledged, warnings, skipped, failed }
    }
    const ofHidden = await send(known)
    expect(ofHidden).toEqual(await send(unknown))
    expect(ofHidden).toMatchObject({ exitCode: 0, acknowledged: 1, skipped: 0 })
    await runProgram('rm', ['-r', folder])
  })
})

describe('the time an answer takes', () => {
  it('does not tell a hidden study from an absent one', { timeout: 120_000 + timedRequests * 1_000 }, async () => {
    const token = await archive.token('fse', { purpose: 'TREATMENT', patient: patientCode })
    const pairs = requestsFor(study, hidden[0]!).map(
      (request, index) => [request, requestsFor(absent.studyInstanceUid, absent)[index]!] as const,
    )
    const asked = pairs.filter(([left, right]) => left.path !== right.path)
    const { lines, separated } = await compareTimes(asked, { url: archive.url, token })
    expect(lines).toHaveLength(asked.length)
    expect(separated).toEqual([])
  })
})
