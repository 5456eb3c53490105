import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive, type TokenOptions } from './support/archive.ts'
import { makeCda } from './support/cda-report.ts'
import { type Fixture, makeFixture } from './support/fixtures.ts'
import { renamed, type Seen, see } from './support/seen.ts'
import { makeTextReport } from './support/text-report.ts'
import { compareTimes, timedRequests } from './support/timed-pairs.ts'
import { waitFor } from './support/wait.ts'
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts'

const testTimeoutMs = 180_000
const patient = 'RSSNNA80A41F205O'
const makerCode = 'ASST-AUTRICE'
const secondOpinion = 'ASST-CONSULTO'
const stranger = 'ASST-ALTRA'

const open = makeFixture({ study: 'open exam', number: 1, patientId: patient })
const dark = makeFixture({ study: 'dark exam', number: 1, patientId: patient, modality: 'MR' })
const absent = makeFixture({ study: 'no such exam', number: 1, patientId: patient })

type Caller = readonly [name: string, role: string, options: TokenOptions]
/** Told nothing of what is hidden; the last three are told nothing at all, yet. */
const outsiders: readonly Caller[] = [
  ['the entity that reported on a study of another', 'entity', { entity: secondOpinion }],
  ['another entity', 'entity', { entity: stranger }],
  ['the health record, for treatment', 'fse', { purpose: 'TREATMENT' }],
  ['the health record, for treatment of the patient', 'fse', { purpose: 'TREATMENT', patient: patient }],
  ['the health record, in an emergency', 'fse', { purpose: 'EMERGENCY', patient: patient }],
  ['an operator', 'operator', {}],
  ['an admin', 'admin', {}],
  ['the health record without a purpose', 'fse', {}],
  ['a professional', 'professional', { purpose: 'TREATMENT' }],
  ['a citizen', 'citizen', { patient: patient, purpose: 'PERSONAL' }],
]
const insiders: readonly Caller[] = [
  ['the entity that made it', 'entity', { entity: makerCode }],
  ['the patient, by the health record', 'fse', { purpose: 'PERSONAL', patient: patient }],
]

/** Reports that are there before the study they name; they stay, their links go. */
const early = {
  ofOpen: { sender: makerCode, studies: [open] },
  ofBoth: { sender: makerCode, studies: [open, dark] },
  ofDark: { sender: makerCode, studies: [dark] },
  secondOpinion: { sender: secondOpinion, studies: [dark] },
  byRecord: { sender: 'fse', studies: [dark] },
} as const
type EarlyReport = keyof typeof early

let archive: Archive
let webhook: WebhookReceiver
const ids = new Map<EarlyReport | 'hidden' | 'inDark', string>()
const idOf = (name: EarlyReport | 'hidden' | 'inDark') => ids.get(name) ?? ''

interface Request {
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Every way to ask for the links of a study and for what follows from them. */
function studyRequests({ studyInstanceUid: uid }: Fixture): readonly Request[] {
  const fhir = { accept: 'application/fhir+json' }
  return [
    ...[`/reports?study=${uid}`, `/reports?study=${uid}&state=current`, `/fse/v1/report-references?study=${uid}`],
    ...[`/fse/v1/publications/${uid}`, '/fse/v1/publications', '/fse/v1/unresolved'],
    '/fse/v1/report-references?accession=dark%20exam',
    '/dicomweb/studies?AccessionNumber=dark%20exam',
    `/dicomweb/studies/${uid}/metadata`,
  ]
    .map((path): Request => ({ path }))
    .concat(
      [
        `/fhir/DocumentReference?study-instance-uid=${uid}`,
        `/fhir/DocumentReference?patient.identifier=${patient}`,
        '/fhir/DocumentReference?accession-number=dark%20exam',
        `/fhir/ImagingStudy?identifier=urn:oid:${uid}`,
        `/fhir/ImagingStudy?patient.identifier=${patient}&_count=1`,
      ].map((path) => ({ path, headers: fhir })),
    )
}

const reportRequests = (id: string): readonly Request[] =>
  [`/reports/${id}`, `/reports/${id}/studies`, `/reports/${id}/document`].map((path) => ({ path }))

function listRequests(): readonly Request[] {
  return [
    ...['/reports', '/reports?limit=2', '/reports?limit=2&offset=2', '/reports?limit=2&offset=4'],
    ...['/reports?state=current', '/reports/review', '/reports/review?limit=1', '/reports/review?limit=1&offset=1'],
    `/reports?study=${open.studyInstanceUid}`,
  ].map((path) => ({ path }))
}

const allRequests = (): readonly Request[] => [
  ...studyRequests(dark),
  ...listRequests(),
  ...(Object.keys(early) as EarlyReport[]).flatMap((name) => reportRequests(idOf(name))),
]

async function ask({ path, headers = {} }: Request, [, role, options]: Caller): Promise<Seen> {
  return see(`${archive.url}${path}`, await archive.token(role, options), { headers, redirect: 'manual' })
}

type Answers = ReadonlyMap<string, ReadonlyMap<string, Seen>>

async function askEverybody(): Promise<Answers> {
  const answers = new Map<string, ReadonlyMap<string, Seen>>()
  for (const caller of [...outsiders, ...insiders]) {
    const seen = new Map<string, Seen>()
    for (const request of allRequests()) seen.set(request.path, await ask(request, caller))
    answers.set(caller[0], seen)
  }
  return answers
}

async function send(
  path: string,
  { method, body }: { readonly method: string; readonly body?: unknown },
  [, role, options]: Caller,
): Promise<Seen> {
  const init =
    body === undefined
      ? { method }
      : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return see(`${archive.url}${path}`, await archive.token(role, options), init)
}

const callerOf = (sender: string): Caller =>
  sender === 'fse' ? ['', 'fse', { purpose: 'TREATMENT' }] : ['', 'entity', { entity: sender }]

async function postReport(id: string, sender: string, studies: readonly Fixture[]): Promise<Seen> {
  const [, role, options] = callerOf(sender)
  const uids = studies.map(({ studyInstanceUid }) => studyInstanceUid)
  const body = makeCda({ id, patient: patient, studies: uids })
  const init = { method: 'POST', headers: { 'content-type': 'text/xml' }, body }
  return see(`${archive.url}/reports`, await archive.token(role, options), init)
}

async function addReport(id: string, sender: string, studies: readonly Fixture[]): Promise<string> {
  const { status, body } = await postReport(id, sender, studies)
  expect(status).toBe(201)
  return (JSON.parse(body) as { id: string }).id
}

async function store(files: readonly Buffer[]): Promise<void> {
  const web = await archive.dicomWeb('entity', { entity: makerCode })
  expect((await web.store(files)).httpStatus).toBe(200)
}

const hide = (kind: 'studies' | 'reports', id: string, visibility: 'hidden' | 'normal' = 'hidden') =>
  send(`/fse/v1/${kind}/${id}/visibility`, { method: 'PUT', body: { visibility } }, [
    '',
    'fse',
    { purpose: 'TREATMENT' },
  ])

/** The patient is told of everything. */
async function untilLinked(id: string, study: Fixture): Promise<void> {
  const isThere = async () => {
    const { body } = await ask({ path: `/reports/${id}/studies` }, insiders[1]!)
    return body.includes(study.studyInstanceUid) ? true : undefined
  }
  await waitFor(isThere, { what: 'a link', everyMs: 250 })
}

async function untilPublished({ studyInstanceUid }: Fixture): Promise<void> {
  const isSettled = async () => {
    const { body } = await ask({ path: `/fse/v1/publications/${studyInstanceUid}` }, ['', 'operator', {}])
    const { state, dirtySince } = JSON.parse(body) as { state: string; dirtySince: string | null }
    return state === 'REGISTERED' && dirtySince === null ? true : undefined
  }
  await waitFor(isSettled, { what: 'a publication to be settled' })
}

async function untilReportIn({ studyInstanceUid }: Fixture): Promise<string> {
  const found = async () => {
    const { body } = await ask({ path: `/reports?study=${studyInstanceUid}` }, insiders[0]!)
    const { reports } = JSON.parse(body) as { reports: readonly { id: string; source: string }[] }
    return reports.find(({ source }) => source === 'instance')?.id
  }
  return waitFor(found, { what: 'the report inside the study', everyMs: 250 })
}

let before: Answers
let shown: Answers

beforeAll(async () => {
  webhook = await startWebhookReceiver()
  archive = await Archive.start({
    env: { VNA_STUDY_STABLE_MS: '500', VNA_FSE_WEBHOOK_URL: webhook.url, VNA_FSE_WEBHOOK_SECRET: webhook.secret },
  })
  for (const [code, title] of [
    [makerCode, 'AUTRICE'],
    [secondOpinion, 'CONSULTO'],
    [stranger, 'ALTRA'],
  ] as const) {
    await archive.addEntity({ code, aeTitles: [title] })
  }
  for (const name of Object.keys(early) as EarlyReport[]) {
    ids.set(name, await addReport(name, early[name].sender, early[name].studies))
  }
  await store([open.file])
  await untilLinked(idOf('ofOpen'), open)
  await untilLinked(idOf('ofBoth'), open)
  await untilPublished(open)
  before = await askEverybody()
  await store([dark.file, makeTextReport({ study: 'dark exam', patientId: patient })])
  for (const name of ['ofBoth', 'ofDark', 'secondOpinion', 'byRecord'] as const) await untilLinked(idOf(name), dark)
  ids.set('inDark', await untilReportIn(dark))
  ids.set('hidden', await addReport('hidden', makerCode, [open]))
  await untilLinked(idOf('hidden'), open)
  await untilPublished(dark)
  shown = await askEverybody()
}, testTimeoutMs)

afterAll(async () => {
  await archive?.dispose()
  await webhook?.close()
})

describe('a hidden report, and reports linked to a hidden study', () => {
  it('are told of before: to the health record, to staff, and to their senders', () => {
    const of = (name: string, path: string) => shown.get(name)?.get(path)?.body ?? ''
    const record = 'the health record, for treatment'
    expect(of(record, `/reports/${idOf('secondOpinion')}/studies`)).toContain(dark.studyInstanceUid)
    expect(of(record, `/reports?study=${dark.studyInstanceUid}`)).toContain(idOf('inDark'))
    expect(of(record, `/reports?study=${open.studyInstanceUid}`)).toContain(idOf('hidden'))
    expect(of('an operator', '/reports')).toContain(idOf('hidden'))
    expect(of(record, `/fhir/DocumentReference?study-instance-uid=${dark.studyInstanceUid}`)).toContain('"total":2')
    expect(of(record, `/fse/v1/report-references?study=${dark.studyInstanceUid}`)).toContain(dark.sopInstanceUid)
  })

  it('answer everybody else as before the study and the report came', { timeout: testTimeoutMs }, async () => {
    expect(await hide('studies', dark.studyInstanceUid)).toMatchObject({ status: 204, body: '' })
    expect(await hide('reports', idOf('hidden'))).toMatchObject({ status: 204, body: '' })
    for (const caller of outsiders) {
      for (const request of allRequests()) {
        const seen = await ask(request, caller)
        expect(seen, `${caller[0]}: ${request.path}`).toEqual(before.get(caller[0])?.get(request.path))
      }
    }
  })

  it('stay what they were to their maker and the patient', { timeout: testTimeoutMs }, async () => {
    for (const caller of insiders) {
      for (const request of allRequests()) {
        if (!/^\/(reports|dicomweb|fse\/v1\/report-references)/.test(request.path)) continue
        const seen = await ask(request, caller)
        expect(seen, `${caller[0]}: ${request.path}`).toEqual(shown.get(caller[0])?.get(request.path))
      }
      for (const name of ['hidden', 'inDark'] as const) {
        expect((await ask({ path: `/reports/${idOf(name)}` }, caller)).status, caller[0]).toBe(200)
      }
    }
  })

  it('answer as what never came, id for id', { timeout: testTimeoutMs }, async () => {
    const nobody = randomUUID()
    for (const caller of outsiders) {
      for (const hidden of [idOf('hidden'), idOf('inDark')]) {
        for (const [place, request] of reportRequests(hidden).entries()) {
          const ofHidden = renamed(await ask(request, caller), new Map([[hidden, 'ID']]))
          const ofAbsent = renamed(await ask(reportRequests(nobody)[place]!, caller), new Map([[nobody, 'ID']]))
          expect(ofHidden, `${caller[0]}: ${request.path}`).toEqual(ofAbsent)
        }
      }
    }
  })

  it('can be decided about by nobody else', { timeout: testTimeoutMs }, async () => {
    const nobody = randomUUID()
    const word = { method: 'POST', body: { decision: 'accept', reason: 'prova' } }
    const names = new Map([
      [idOf('hidden'), 'REPORT'],
      [nobody, 'REPORT'],
      [dark.studyInstanceUid, 'STUDY'],
      [absent.studyInstanceUid, 'STUDY'],
    ])
    const orders: readonly (readonly [string, string, Parameters<typeof send>[1]])[] = [
      [
        `/reports/${idOf('hidden')}/links/${open.studyInstanceUid}`,
        `/reports/${nobody}/links/${open.studyInstanceUid}`,
        word,
      ],
      ...(['secondOpinion', 'ofBoth', 'byRecord'] as const).map((name) => {
        const path = (study: Fixture) => `/reports/${idOf(name)}/links/${study.studyInstanceUid}`
        return [path(dark), path(absent), word] as const
      }),
      [`/reports/${idOf('hidden')}?reason=prova`, `/reports/${nobody}?reason=prova`, { method: 'DELETE' }],
      ...['retry'].map((verb) => {
        const path = (study: Fixture) => `/fse/v1/publications/${study.studyInstanceUid}/${verb}`
        return [path(dark), path(absent), { method: 'POST' }] as const
      }),
    ]
    for (const caller of outsiders) {
      for (const [ofHidden, ofAbsent, order] of orders) {
        const seen = renamed(await send(ofHidden, order, caller), names)
        expect(seen, `${caller[0]}: ${ofHidden}`).toEqual(renamed(await send(ofAbsent, order, caller), names))
        expect([403, 404], `${caller[0]}: ${ofHidden}`).toContain(seen.status)
      }
    }
  })

  it('are no reason to answer a new report differently', async () => {
    for (const sender of [secondOpinion, stranger, 'fse']) {
      const answerTo = async (study: Fixture) => {
        const seen = await postReport(`new on ${study.studyInstanceUid.slice(-12)}`, sender, [study])
        const { id } = JSON.parse(seen.body) as { id: string }
        return renamed(seen, new Map([[id, 'ID']]))
      }
      const ofDark = await answerTo(dark)
      expect(ofDark, sender).toEqual(await answerTo(absent))
      expect(ofDark.status, sender).toBe(201)
    }
  })

  it('are not spoken of to the webhook', { timeout: testTimeoutMs }, async () => {
    const from = webhook.told.length
    const maker = insiders[0]!
    const decide = async (id: string, study: Fixture, decision: string) => {
      const path = `/reports/${id}/links/${study.studyInstanceUid}`
      const seen = await send(path, { method: 'POST', body: { decision, reason: 'prova' } }, maker)
      expect(seen.status).toBe(200)
    }
    await decide(idOf('hidden'), open, 'refuse')
    await decide(idOf('ofDark'), dark, 'refuse')
    await decide(idOf('ofOpen'), open, 'refuse')
    const isControl = () => webhook.told.slice(from).find(({ reportId }) => reportId === idOf('ofOpen'))
    // Of one study things are told in order: whatever was to be told of the hidden report went before.
    await waitFor(isControl, { what: 'what may be told' })
    const told = webhook.told.slice(from)
    expect(told.filter(({ reportId }) => reportId === idOf('hidden'))).toEqual([])
    const ofDark = webhook.told.filter(({ studyInstanceUid }) => studyInstanceUid === dark.studyInstanceUid)
    // That its manifest is gone has to be known; nothing after it.
    expect(ofDark.at(-1)?.kind).toBe('manifest-withdrawn')
    expect(ofDark.filter(({ kind }) => kind === 'manifest-withdrawn')).toHaveLength(1)
  })
})

describe('the time an answer takes', () => {
  it('does not tell a hidden report from an absent one', { timeout: 120_000 + timedRequests * 1_000 }, async () => {
    const token = await archive.token('fse', { purpose: 'TREATMENT', patient: patient })
    const nobody = reportRequests(randomUUID())
    const pairs = [
      ...reportRequests(idOf('hidden')).map((request, place) => [request, nobody[place]!] as const),
      ...studyRequests(dark)
        .map((request, place) => [request, studyRequests(absent)[place]!] as const)
        .filter(([left, right]) => left.path !== right.path),
    ]
    const { lines, separated } = await compareTimes(pairs, { url: archive.url, token })
    expect(lines).toHaveLength(pairs.length)
    expect(separated).toEqual([])
  })
})
