import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Archive, type TokenOptions } from '../acceptance/support/archive.ts'
import { makeCda } from '../acceptance/support/cda-report.ts'
import { type FixtureOptions, makeFixture } from '../acceptance/support/fixtures.ts'
import { uidOf } from '../acceptance/support/generated.ts'
import { makeRejectionNote } from '../acceptance/support/rejection-note.ts'
import { type Seen, see } from '../acceptance/support/seen.ts'
import { sendHl7 } from '../acceptance/support/send-hl7.ts'
import { queryDatabase } from '../acceptance/support/sql.ts'
import { makeTextReport } from '../acceptance/support/text-report.ts'
import { waitFor } from '../acceptance/support/wait.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../acceptance/support/webhook-receiver.ts'
import { type MhdRecipient, startMhdRecipient } from '../fakes/mhd-recipient.ts'
import { readDivergence } from './support/registry-agreement.ts'

const entity = 'ASST-INDICE'
const cfIssuer = '2.16.840.1.113883.2.9.4.3.2'
const anna = 'BNCNNA75B41F205W'
const mario = 'RSSMRA80A01F205X'
const testTimeoutMs = 240_000
const settledLimitMs = 60_000

/** One study for each thing that was decided of it or of its patient. */
const studies = {
  plain: { patientId: anna },
  /** Its second image made a second version of its manifest. */
  late: { patientId: anna },
  rejected: { patientId: anna },
  told: { patientId: 'LOC-1' },
  merged: { patientId: 'LOC-2' },
  mergedByHand: { patientId: 'LOC-3' },
  unmerged: { patientId: 'LOC-4' },
  unmergedByHand: { patientId: 'LOC-5' },
  unnumbered: { patientId: anna, accessionNumber: '' },
  /** A number is made for it although nobody knows whose it is. */
  unnumberedOfNobody: { patientId: 'LOC-9', accessionNumber: '' },
  hidden: { patientId: anna },
  shownAgain: { patientId: anna },
} as const satisfies Readonly<Record<string, Omit<FixtureOptions, 'study' | 'number'>>>
type StudyName = keyof typeof studies
const studyNames = Object.keys(studies) as StudyName[]

const image = (study: StudyName, number = 1) => makeFixture({ study, number, ...studies[study] })
const uid = (study: StudyName) => uidOf(study)

let archive: Archive
let recipient: MhdRecipient
let webhook: WebhookReceiver
const reports = new Map<string, string>()
const reportId = (name: string) => reports.get(name) ?? ''

beforeAll(async () => {
  ;[recipient, webhook] = await Promise.all([startMhdRecipient(), startWebhookReceiver()])
  archive = await Archive.start({
    env: {
      VNA_STUDY_STABLE_MS: '500',
      VNA_FSE_REGISTRY_URL: recipient.url,
      VNA_FSE_REGISTRY_TOKEN: recipient.token,
      VNA_FSE_WEBHOOK_URL: webhook.url,
      VNA_FSE_WEBHOOK_SECRET: webhook.secret,
    },
  })
  await archive.addEntity({ code: entity, aeTitles: ['INDICE'] })
}, testTimeoutMs)
afterAll(async () => {
  await archive?.dispose()
  await recipient?.shut()
  await webhook?.close()
})

type Caller = readonly [name: string, role: string, options: TokenOptions]
const callers: readonly Caller[] = [
  ['record', 'fse', { purpose: 'TREATMENT' }],
  ['patient', 'fse', { purpose: 'PERSONAL', patient: anna }],
  ['entity', 'entity', { entity: entity }],
  ['operator', 'operator', {}],
]

async function ask(path: string, [, role, options]: Caller, init: RequestInit = {}): Promise<Seen> {
  const headers = { ...(path.startsWith('/fhir') && { accept: 'application/fhir+json' }), ...init.headers }
  return see(`${archive.url}${path}`, await archive.token(role, options), { redirect: 'manual', ...init, headers })
}

/** Everything the archive answers about the health record, by caller and path. */
async function answers(): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>()
  const paths = [
    ...['/reports?limit=500', '/reports/review?limit=500', '/fse/v1/unresolved'],
    ...[anna, mario].flatMap((patient) => [
      `/fhir/ImagingStudy?patient.identifier=${patient}&_count=100`,
      `/fhir/DocumentReference?patient.identifier=${patient}&_count=100`,
      `/fhir/DocumentReference?patient.identifier=${patient}&status=superseded&_count=100`,
    ]),
    ...[1, 2, 3, 4, 5, 9].map((number) => `/fse/v1/identities?issuer=entity:${entity}&identifier=LOC-${number}`),
    ...studyNames.flatMap((study) => [
      `/reports?study=${uid(study)}`,
      `/fse/v1/report-references?study=${uid(study)}`,
      `/fse/v1/publications/${uid(study)}`,
      `/fhir/DocumentReference?study-instance-uid=${uid(study)}`,
    ]),
    ...[...reports.values()].flatMap((id) => [`/reports/${id}`, `/reports/${id}/studies`, `/reports/${id}/document`]),
  ]
  for (const caller of callers) {
    for (const path of paths) found.set(`${caller[0]} ${path}`, await ask(path, caller))
  }
  for (const path of binariesOf(found)) found.set(`record ${path}`, await ask(path, callers[0]!))
  for (const command of [
    ['identity', 'resolve', `entity:${entity}|LOC-2`],
    ['identity', 'resolve', `entity:${entity}|LOC-4`],
    ['report', 'links', reportId('accepted')],
    ['report', 'review'],
  ]) {
    found.set(`vna ${command.join(' ')}`, await archive.vnaJson(command))
  }
  return found
}

function binariesOf(found: ReadonlyMap<string, unknown>): readonly string[] {
  const text = JSON.stringify([...found.values()])
  return [...new Set([...text.matchAll(/\/fhir\/Binary\/[0-9a-f-]+/g)].map(([path]) => path))]
}

async function store(files: readonly Buffer[]): Promise<void> {
  const web = await archive.dicomWeb('entity', { entity: entity })
  expect((await web.store(files)).httpStatus).toBe(200)
}

async function adt(event: string, segments: readonly string[]): Promise<void> {
  const head = `MSH|^~\\&|ADT|${entity}|VNA|VNA|20261124||ADT^${event}|1|P|2.5|||||ITA|UNICODE UTF-8`
  expect(await sendHl7(archive.ports.mllp, [head, `EVN|${event}|20261124`, ...segments])).toContain('MSA|AA|1')
}

const pid = (number: string) => `PID|1||${number}||BIANCHI^ANNA||19750201|F`

interface ReportWishes {
  readonly studies?: readonly string[]
  readonly patient?: string
  /** Study whose number it names. */
  readonly numberOf?: StudyName
  readonly replaces?: string
}

async function addReport(name: string, { studies: uids = [], patient = anna, numberOf, replaces }: ReportWishes) {
  const more = {
    ...(numberOf !== undefined && { accession: await accessionOf(numberOf) }),
    ...(replaces !== undefined && { replaces }),
  }
  const init = {
    method: 'POST',
    headers: { 'content-type': 'text/xml' },
    body: makeCda({ id: name, patient, studies: uids, ...more }),
  }
  const { status, body } = await ask('/reports', callers[2]!, init)
  expect(status).toBe(201)
  const { id } = JSON.parse(body) as { id: string }
  reports.set(name, id)
}

interface Accession {
  readonly value: string
  readonly issuer: string
  readonly generated: boolean
}

async function accessionsOf(study: StudyName): Promise<readonly Accession[]> {
  const { body } = await ask(`/fse/v1/report-references?study=${uid(study)}`, callers[2]!)
  return (JSON.parse(body) as { studies: { accessions: Accession[] }[] }).studies[0]?.accessions ?? []
}

async function accessionOf(study: StudyName): Promise<{ number: string; issuer: string }> {
  const [accession] = await accessionsOf(study)
  return { number: accession?.value ?? '', issuer: accession?.issuer ?? '' }
}

const decide = (word: string, report: string, study: StudyName) =>
  archive.vnaJson(['report', word, reportId(report), uid(study), '--reason', 'verificato con il reparto'])

async function setVisibility(kind: 'studies' | 'reports', id: string, visibility: string): Promise<void> {
  const init = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ visibility }) }
  expect((await ask(`/fse/v1/${kind}/${id}/visibility`, ['', 'fse', { purpose: 'TREATMENT' }], init)).status).toBe(204)
}

/** Nothing is due or under way any more, and the registry agrees. */
async function settled(current: Readonly<Record<string, number>> = {}): Promise<void> {
  const work = `
    select (select count(*) from publications where due_at is not null or leased_until is not null
        or dirty_since is not null) + (select count(*) from due_studies)
      + (select count(*) from reports where due_at < now() + interval '1 second')
      + (select count(*) from notifications where due_at is not null) as open,
      (select count(*) from publications) as studies`
  const isSettled = async () => {
    const [row] = await queryDatabase(archive.home, work)
    const areCurrent = Object.entries(current).every(([study, count]) => currentOf(study as StudyName) === count)
    return Number(row?.open) === 0 && Number(row?.studies) > 0 && areCurrent ? true : undefined
  }
  await waitFor(isSettled, { timeoutMs: settledLimitMs, everyMs: 250, what: 'everything to be settled' })
}

const currentOf = (study: StudyName) => recipient.currentOf(uid(study)).length

async function filed(names: readonly StudyName[]): Promise<void> {
  const web = await archive.dicomWeb('entity', { entity: entity })
  const isFiled = async () => ((await web.search('/studies?limit=100')).length >= names.length ? true : undefined)
  await waitFor(isFiled, { what: 'studies to be filed' })
}

/** Two entries, one of each format, of every study that may be published. */
const published: Readonly<Record<StudyName, number>> = {
  ...{ plain: 2, late: 2, rejected: 2, told: 2, merged: 2, mergedByHand: 2, unmerged: 0, unmergedByHand: 0 },
  ...{ unnumbered: 2, unnumberedOfNobody: 0, hidden: 0, shownAgain: 2 },
}

async function makeHistory(): Promise<void> {
  await adt('A08', [`${pid(`LOC-1~${anna}^^^MEF&${cfIssuer}&ISO^NNITA`)}`])
  await store(studyNames.map((study) => image(study).file))
  await store([image('rejected', 2).file, makeTextReport({ study: 'plain', patientId: anna })])
  await filed(studyNames)
  await settled({ plain: 2, late: 2, told: 2, shownAgain: 2, hidden: 2 })
  await changeIdentities()
  await store([image('late', 2).file])
  await store([makeRejectionNote({ study: 'rejected', rejected: [image('rejected', 2)], patientId: anna })])
  for (const study of ['hidden', 'shownAgain'] as const) await setVisibility('studies', uid(study), 'hidden')
  await settled({ merged: 2, mergedByHand: 2, unmerged: 0, unmergedByHand: 0, hidden: 0, shownAgain: 0 })
  await setVisibility('studies', uid('shownAgain'), 'normal')
  await makeReports()
  await settled(published)
}

/** Merged and left so, and merged and taken apart again, each by a message and by hand. */
async function changeIdentities(): Promise<void> {
  const local = (number: number) => `entity:${entity}|LOC-${number}`
  for (const number of [2, 4]) await adt('A40', [pid('LOC-1'), `MRG|LOC-${number}`])
  for (const number of [3, 5]) await archive.vnaJson(['identity', 'merge', local(1), local(number)])
  await settled({ merged: 2, mergedByHand: 2, unmerged: 2, unmergedByHand: 2 })
  await adt('A37', [pid('LOC-1'), pid('LOC-4')])
  await archive.vnaJson(['identity', 'unmerge', local(5)])
}

async function makeReports(): Promise<void> {
  await addReport('linked', { studies: [uid('plain')] })
  await addReport('ofMerged', { studies: [uid('merged'), uid('mergedByHand')] })
  await addReport('accepted', { studies: [uid('unmerged')] })
  await addReport('refused', { studies: [uid('plain')] })
  await addReport('refusedInReview', { studies: [uid('unmergedByHand')] })
  await addReport('inReview', { studies: [uid('unmergedByHand')] })
  await addReport('conflict', { studies: [uid('plain')], patient: mario })
  await addReport('byGeneratedNumber', { numberOf: 'unnumbered' })
  await addReport('ofHidden', { studies: [uid('hidden')] })
  await addReport('hiddenItself', { studies: [uid('plain')] })
  await addReport('withdrawn', { studies: [uid('plain')] })
  await addReport('waiting', { studies: [uidOf('never came')] })
  const review = await archive.vnaJson<readonly { reportId: string }[]>(['report', 'review'])
  const inReview = ['accepted', 'refusedInReview', 'inReview', 'conflict'].map(reportId)
  expect(review.map((link) => link.reportId).toSorted()).toEqual(inReview.toSorted())
  await decide('accept', 'accepted', 'unmerged')
  await decide('accept', 'refused', 'plain')
  await decide('refuse', 'refused', 'plain')
  await decide('refuse', 'refusedInReview', 'unmergedByHand')
  await setVisibility('reports', reportId('hiddenItself'), 'hidden')
  await addReport('replacesHidden', { replaces: 'hiddenItself' })
  const withdrawn = await ask(`/reports/${reportId('withdrawn')}?reason=prova`, callers[2]!, { method: 'DELETE' })
  expect(withdrawn.status).toBe(204)
}

/** States of each report's links as its sender is told. */
async function states(): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  for (const [name, id] of reports) {
    const { body } = await ask(`/reports/${id}/studies`, callers[2]!)
    const { links } = JSON.parse(body) as { links: readonly { state: string }[] }
    found[name] = links.map(({ state }) => state).join()
  }
  return found
}

/** What the registry holds, by its own ids. */
const registered = () =>
  [...recipient.documents.values()].map(({ id, status, masterIdentifier }) => [id, status, masterIdentifier].join(' '))

async function rebuild(): Promise<void> {
  await waitFor(
    async () => {
      const pending = await queryDatabase(archive.home, 'select seq from events where shipped_at is null')
      return pending.length === 0 ? true : undefined
    },
    { what: 'the ledger to have all' },
  )
  await archive.stop()
  await rm(join(archive.home, 'postgres'), { recursive: true })
  await archive.start()
  const report = await archive.vnaJson(['reindex'], { timeoutMs: testTimeoutMs })
  expect(report).toMatchObject({ ok: true, erasedEvents: 0, failed: [] })
}

it('the decisions of the health record come back, and its registry is left alone', {
  timeout: testTimeoutMs,
}, async () => {
  await makeHistory()
  const generated = await accessionsOf('unnumbered')
  expect(generated).toEqual([{ value: expect.stringMatching(/^VNA/), issuer: expect.any(String), generated: true }])
  expect(await states()).toEqual({
    ...{ linked: 'LINKED', ofMerged: 'LINKED,LINKED', accepted: 'LINKED', refused: 'UNLINKED' },
    ...{ refusedInReview: 'UNLINKED', inReview: 'REVIEW', conflict: 'REJECTED_CONFLICT', byGeneratedNumber: 'LINKED' },
    ...{ ofHidden: 'LINKED', hiddenItself: 'SUPERSEDED', replacesHidden: 'LINKED', withdrawn: 'UNLINKED', waiting: '' },
  })
  const before = { answers: await answers(), registered: registered(), submissions: recipient.submissions }
  const told = webhook.told.length
  await rebuild()
  await settled(published)
  const after = await answers()
  for (const [path, answer] of before.answers) expect(after.get(path), path).toEqual(answer)
  expect(await accessionsOf('unnumbered')).toEqual(generated)
  // The registry was asked, and nothing had to be said.
  expect(registered()).toEqual(before.registered)
  expect(recipient.submissions).toBe(before.submissions)
  expect({ problems: recipient.problems, resent: recipient.resent }).toEqual({ problems: [], resent: 0 })
  expect(await readDivergence(archive)).toBe(0)
  expect(webhook.told.slice(told)).toEqual([])
})
