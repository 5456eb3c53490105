import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogSection, documentRoot, inventedCda } from '../../packages/fse/src/reports/testing/invented-cda.ts'
import { codiceFiscaleIssuer } from '../../packages/identifiers/src/index.ts'
import { replayEvents } from './support-catalog.ts'
import { LinkerFixture, until } from './support-linker.ts'

const anna = 'BNCNNA75B41F205W'

let fixture: LinkerFixture

beforeAll(async () => {
  fixture = await LinkerFixture.start({ VNA_LIVE_SINCE: '2026-01-01' })
}, 60_000)
afterAll(() => fixture.stop())

async function receiveStudy(uid: string): Promise<void> {
  const patient = { id: anna, otherIds: [], name: 'BIANCHI^ANNA', birthDate: '19750201', sex: 'F' }
  const studyHeader = { date: '20260203', time: '101500' }
  await fixture.receive([{ study: uid, series: `${uid}.1`, sop: `${uid}.1.1`, patient, studyHeader }])
}

interface Posted {
  readonly id: string
  readonly state: string
  readonly links: readonly { readonly studyInstanceUid: string; readonly state: string }[]
}

async function post(contentType: string, body: string, entityCode = 'ASST-A'): Promise<Posted> {
  const token = await fixture.token({ role: 'entity', entityCode })
  const headers = { 'content-type': contentType }
  const response = await fixture.fetch('/reports', { method: 'POST', token, headers, body })
  expect(response.status, await response.clone().text()).toBe(201)
  return (await response.json()) as Posted
}

const postFhir = (resource: object, entityCode?: string) =>
  post('application/fhir+json', JSON.stringify(resource), entityCode)
const postHl7 = (text: string) => post('application/hl7-v2', text)

async function reportsOf(study: string): Promise<readonly string[]> {
  const response = await fixture.fetch(`/reports?study=${study}`)
  return ((await response.json()) as { reports: { id: string }[] }).reports.map(({ id }) => id)
}

async function stateOf(id: string): Promise<string | undefined> {
  const [report] = await fixture.catalog.healthRecord.reports.listReports({ id, limit: 1 }, { kind: 'all' })
  return report?.state
}

async function historyOf(id: string): Promise<readonly unknown[]> {
  const rows = await fixture.catalog.database.sql<{ state: string }[]>`
    select state from link_history where report_id = ${id}::uuid order by seq`
  return rows.map(({ state }) => state)
}

async function toldOf(study: string): Promise<readonly unknown[]> {
  const rows = await fixture.catalog.database.sql<{ payload: { reportId: string; state: string } }[]>`
    select payload from notifications where study_instance_uid = ${study} and kind = 'link-changed' order by id`
  return rows.map(({ payload }) => [payload.reportId, payload.state])
}

/** The first version is linked, and its withdrawal takes that away at once, with a trace. */
async function expectWithdrawal(study: string, first: Posted, withdraw: () => Promise<Posted>): Promise<void> {
  expect(first.links).toMatchObject([{ studyInstanceUid: study, state: 'LINKED' }])
  expect(await reportsOf(study)).toEqual([first.id])
  const withdrawal = await withdraw()
  expect(withdrawal).toMatchObject({ state: 'withdrawn', links: [] })
  expect(await reportsOf(study)).toEqual([])
  expect(await stateOf(first.id)).toBe('withdrawn')
  expect(await historyOf(first.id)).toEqual(['LINKED', 'UNLINKED'])
  expect(await toldOf(study)).toEqual([
    [first.id, 'LINKED'],
    [first.id, 'UNLINKED'],
  ])
  const shown = await fixture.fetch(`/reports/${first.id}/studies`)
  expect(await shown.json()).toEqual({ links: [] })
}

const patient = { identifier: { system: 'http://hl7.it/sid/codiceFiscale', value: anna } }
const uidOf = (study: string) => ({ identifier: { system: 'urn:dicom:uid', value: `urn:oid:${study}` } })

function diagnosticReport(o: { id: string; study: string; status: string; issued?: string }): object {
  return {
    resourceType: 'DiagnosticReport',
    status: o.status,
    identifier: [{ system: 'urn:oid:1.2.7', value: o.id }],
    code: { coding: [{ system: 'http://loinc.org', code: '68604-8' }] },
    subject: patient,
    imagingStudy: [uidOf(o.study)],
    issued: o.issued ?? '2026-02-04T11:24:26+01:00',
  }
}

const asUri = (value: string) => ({ system: 'urn:ietf:rfc:3986', value: `urn:oid:${value}` })

function documentReference(o: { id: string; study: string; replaces?: string; status?: string }): object {
  return {
    resourceType: 'DocumentReference',
    status: o.status ?? 'current',
    masterIdentifier: asUri(o.id),
    subject: patient,
    ...(o.replaces !== undefined && {
      relatesTo: [{ code: 'replaces', target: { identifier: asUri(o.replaces) } }],
    }),
    context: { related: [uidOf(o.study)] },
  }
}

let messages = 0
function oru(o: {
  order: string
  study: string
  status: string
  at: string
  observations?: readonly string[]
}): string {
  return [
    `MSH|^~\\&|RIS|ASST-A|VNA|VNA|${o.at}||ORU^R01|M${++messages}|P|2.5`,
    `PID|1||${anna}^^^MEF&${codiceFiscaleIssuer}&ISO^NNITA||BIANCHI^ANNA||19750201|F`,
    `OBR|1|${o.order}^HIS|${o.order}^RIS|68604-8^Referto^LN|||20260203101500|||||||||||||||20260204112400|||${o.status}`,
    `ZDS|${o.study}^HIS^Application^DICOM`,
    ...(o.observations ?? ['OBX|1|TX|18782-3^Referto^LN||negativo||||||F']),
    '',
  ].join('\r')
}

function cda(id: string, study: string): string {
  return inventedCda({
    ids: `<id root="${documentRoot}" extension="${id}"/>`,
    patientIds: `<id root="${codiceFiscaleIssuer}" extension="${anna}"/>`,
    orders: '',
    related: '',
    catalog: catalogSection([study]),
  }).replace(/<setId[^>]*\/>/, `<setId root="${documentRoot}" extension="${id}"/>`)
}

describe('a DiagnosticReport', () => {
  it.each(['entered-in-error', 'cancelled'])('that is %s takes its earlier version back', async (status) => {
    const study = `1.2.10.${status.length}`
    await receiveStudy(study)
    const first = await postFhir(diagnosticReport({ id: status, study, status: 'final' }))
    await expectWithdrawal(study, first, () => postFhir(diagnosticReport({ id: status, study, status })))
  })

  it('needs no patient to be taken back', async () => {
    await receiveStudy('1.2.11')
    const first = await postFhir(diagnosticReport({ id: 'bare', study: '1.2.11', status: 'final' }))
    const bare = {
      resourceType: 'DiagnosticReport',
      status: 'entered-in-error',
      identifier: [{ system: 'urn:oid:1.2.7', value: 'bare' }],
      code: { text: 'errore' },
    }
    await expectWithdrawal('1.2.11', first, () => postFhir(bare))
  })

  it('takes all its versions back, and hands nothing on to what comes after', async () => {
    await receiveStudy('1.2.12')
    await receiveStudy('1.2.13')
    const of = (study: string, status: string, hour: number) =>
      postFhir(diagnosticReport({ id: 'chain', study, status, issued: `2026-02-04T${hour}:00:00+01:00` }))
    const first = await of('1.2.12', 'final', 10)
    const second = await of('1.2.12', 'corrected', 11)
    await of('1.2.12', 'entered-in-error', 12)
    expect(await Promise.all([first, second].map(({ id }) => stateOf(id)))).toEqual(['withdrawn', 'withdrawn'])
    expect(await reportsOf('1.2.12')).toEqual([])
    const anew = await of('1.2.13', 'final', 13)
    expect(anew).toMatchObject({ state: 'current', links: [{ studyInstanceUid: '1.2.13', state: 'LINKED' }] })
    expect(anew.links).toHaveLength(1)
  })

  it('taken back late takes what a newer one inherited, and leaves that the rest', async () => {
    await receiveStudy('1.2.16')
    await receiveStudy('1.2.17')
    const of = (study: string, status: string, hour: number) =>
      postFhir(diagnosticReport({ id: 'overtaken', study, status, issued: `2026-02-04T${hour}:00:00+01:00` }))
    await of('1.2.16', 'final', 10)
    const newer = await of('1.2.17', 'final', 13)
    expect(newer.links.map(({ studyInstanceUid }) => studyInstanceUid).toSorted()).toEqual(['1.2.16', '1.2.17'])
    await of('1.2.16', 'entered-in-error', 12)
    await until('taken back', async () => (await reportsOf('1.2.16')).length === 0)
    expect(await stateOf(newer.id)).toBe('current')
    expect(await reportsOf('1.2.17')).toEqual([newer.id])
  })

  it('that comes after its own withdrawal is withdrawn', async () => {
    await receiveStudy('1.2.14')
    const of = (status: string, hour: number) =>
      postFhir(diagnosticReport({ id: 'late', study: '1.2.14', status, issued: `2026-02-04T${hour}:00:00+01:00` }))
    await of('entered-in-error', 12)
    expect(await of('corrected', 11)).toMatchObject({ state: 'withdrawn', links: [] })
  })

  it('is taken back by its sender only', async () => {
    await receiveStudy('1.2.15')
    const first = await postFhir(diagnosticReport({ id: 'mine', study: '1.2.15', status: 'final' }))
    await postFhir(diagnosticReport({ id: 'mine', study: '1.2.15', status: 'entered-in-error' }), 'ASST-B')
    expect(await stateOf(first.id)).toBe('current')
    expect(await reportsOf('1.2.15')).toEqual([first.id])
  })
})

describe('a DocumentReference', () => {
  it('that is entered in error takes its earlier version back', async () => {
    await receiveStudy('1.2.20')
    const first = await postFhir(documentReference({ id: '1.2.8.1', study: '1.2.20' }))
    const withdraw = () => postFhir(documentReference({ id: '1.2.8.1', study: '1.2.20', status: 'entered-in-error' }))
    await expectWithdrawal('1.2.20', first, withdraw)
  })

  it('whose document is entered in error takes it back too', async () => {
    await receiveStudy('1.2.21')
    const of = (more: object) => postFhir({ ...documentReference({ id: '1.2.8.2', study: '1.2.21' }), ...more })
    const first = await of({ docStatus: 'final' })
    await expectWithdrawal('1.2.21', first, () => of({ docStatus: 'entered-in-error' }))
  })

  it('does not bring back what it replaced', async () => {
    await receiveStudy('1.2.22')
    const first = await postFhir(documentReference({ id: '1.2.8.3', study: '1.2.22' }))
    const second = { id: '1.2.8.4', study: '1.2.22', replaces: '1.2.8.3' }
    await postFhir(documentReference(second))
    await postFhir(documentReference({ ...second, status: 'entered-in-error' }))
    expect(await reportsOf('1.2.22')).toEqual([])
    expect(await stateOf(first.id)).toBe('withdrawn')
  })
})

describe('a result', () => {
  it.each([
    ['cancelled (OBR-25 X)', { status: 'X', observations: [] }],
    ['deleted (OBX-11 D of every line)', { status: 'C', observations: ['OBX|1|TX|18782-3^^LN||||||||D'] }],
    ['of a wrong patient (OBX-11 W)', { status: '', observations: ['OBX|1|TX|18782-3^^LN||||||||W'] }],
  ])('%s takes the earlier one back', async (name, given) => {
    const study = `1.2.30.${name.length}`
    const order = `O${name.length}`
    await receiveStudy(study)
    const first = await postHl7(oru({ order, study, status: 'F', at: '20260204112500' }))
    await expectWithdrawal(study, first, () => postHl7(oru({ order, study, at: '20260204120000', ...given })))
  })

  it('of which one line is deleted stays', async () => {
    await receiveStudy('1.2.40')
    const observations = ['OBX|1|TX|18782-3^^LN||||||||D', 'OBX|2|TX|18782-3^^LN||negativo||||||F']
    const of = (more: object) =>
      postHl7(oru({ order: 'O40', study: '1.2.40', status: 'F', at: '20260204112500', ...more }))
    await of({})
    const second = await of({ status: 'C', observations })
    expect(second.state).toBe('current')
    expect(await reportsOf('1.2.40')).toEqual([second.id])
  })

  it('takes back the corrected one, although the time of the result stays', async () => {
    await receiveStudy('1.2.41')
    const of = (status: string, at: string) => postHl7(oru({ order: 'O41', study: '1.2.41', status, at }))
    await of('F', '20260204112500')
    const corrected = await of('C', '20260204113000')
    expect(await reportsOf('1.2.41')).toEqual([corrected.id])
    await of('X', '20260204120000')
    expect(await reportsOf('1.2.41')).toEqual([])
    expect(await stateOf(corrected.id)).toBe('withdrawn')
  })

  const withDocument = (study: string, order: string, document: string) => {
    const base64 = Buffer.from(cda(document, study)).toString('base64')
    const observations = [`OBX|1|ED|18782-3^Referto^LN||^text^xml^Base64^${base64}||||||F`]
    return oru({ order, study, status: 'F', at: '20260204112500', observations })
  }
  const bareOf = (study: string, order: string) =>
    oru({ order, study, status: 'X', at: '20260204120000', observations: [] })

  it('without a document takes back the document that came under its number', async () => {
    await receiveStudy('1.2.42')
    const first = await postHl7(withDocument('1.2.42', 'O42', 'DOC-42'))
    await expectWithdrawal('1.2.42', first, () => postHl7(bareOf('1.2.42', 'O42')))
  })

  it('without a document takes back also a document that comes late, by the ledger', async () => {
    await receiveStudy('1.2.43')
    const first = await postHl7(withDocument('1.2.43', 'O43', 'DOC-43'))
    const withdrawal = await postHl7(bareOf('1.2.43', 'O43'))
    const { database } = fixture.catalog
    const events = await database.sql<{ type: string; payload: Record<string, unknown> }[]>`
      select type, payload from events where payload ->> 'id' in (${first.id}, ${withdrawal.id}) order by seq desc`
    expect(events).toHaveLength(2)
    await fixture.stopService()
    await database.sql.unsafe(`set session_replication_role = replica; delete from links; delete from report_keys;
      delete from reports; set session_replication_role = origin`)
    await replayEvents(fixture.catalog, events)
    await fixture.startService()
    await until('quiet', async () => (await database.sql`select from reports where due_at <= now()`).length === 0)
    expect(await Promise.all([first.id, withdrawal.id].map(stateOf))).toEqual(['withdrawn', 'withdrawn'])
    expect(await reportsOf('1.2.43')).toEqual([])
  })

  it('leaves alone another document of the same order that another message carries', async () => {
    await receiveStudy('1.2.44')
    const first = await postHl7(withDocument('1.2.44', 'O44', 'DOC-44-A'))
    const second = await postHl7(withDocument('1.2.44', 'O44', 'DOC-44-B'))
    expect((await reportsOf('1.2.44')).toSorted()).toEqual([first.id, second.id].toSorted())
  })
})

describe('a document message', () => {
  it('that cancels (MDM^T11) takes the document back', async () => {
    await receiveStudy('1.2.50')
    const mdm = (event: string) =>
      [
        `MSH|^~\\&|RIS|ASST-A|VNA|VNA|20260204112500||MDM^${event}|M${++messages}|P|2.5`,
        `PID|1||${anna}^^^MEF&${codiceFiscaleIssuer}&ISO^NNITA||BIANCHI^ANNA||19750201|F`,
        'TXA|1|RAD|TX|20260203101500||20260204112400||||||DOC-50^RIS',
        'ZDS|1.2.50^HIS^Application^DICOM',
        '',
      ].join('\r')
    const first = await postHl7(mdm('T01'))
    await expectWithdrawal('1.2.50', first, () => postHl7(mdm('T11')))
  })
})
