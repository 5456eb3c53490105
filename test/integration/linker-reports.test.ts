import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogSection, documentRoot, inventedCda } from '../../packages/fse/src/reports/testing/invented-cda.ts'
import { codiceFiscaleIssuer } from '../../packages/identifiers/src/index.ts'
import { replayEvents, type SampleInstance } from './support-catalog.ts'
import { LinkerFixture, until } from './support-linker.ts'

const anna = 'BNCNNA75B41F205W'
const mario = 'RSSMRA80A01F205X'
const issuer = '1.2.826.0.1.3680043.8.498.77'
const stpIssuer = '2.16.840.1.113883.2.9.4.3.17'
const source = 'test'

let fixture: LinkerFixture

beforeAll(async () => {
  fixture = await LinkerFixture.start({ VNA_LIVE_SINCE: '2026-01-01' })
}, 60_000)
afterAll(() => fixture.stop())

interface Cda {
  readonly id: string
  readonly set?: string
  readonly version?: number
  readonly replaces?: string
  readonly appends?: string
  readonly patient?: string
  readonly patientIssuer?: string
  readonly study?: string
  readonly accession?: string
  readonly text?: string
}

function cda(o: Cda): string {
  const parent = o.appends ?? o.replaces
  const relation = o.appends === undefined ? 'RPLC' : 'APND'
  const related = `<relatedDocument typeCode="${relation}"><parentDocument><id root="${documentRoot}" extension="${parent}"/></parentDocument></relatedDocument>`
  const order = `<inFulfillmentOf><order classCode="ACT" moodCode="RQO"><id root="${issuer}" extension="${o.accession}"/></order></inFulfillmentOf>`
  return inventedCda({
    ids: `<id root="${documentRoot}" extension="${o.id}"/>`,
    patientIds: `<id root="${o.patientIssuer ?? codiceFiscaleIssuer}" extension="${o.patient ?? anna}"/>`,
    orders: o.accession === undefined ? '' : order,
    related: parent === undefined ? '' : related,
    catalog: o.study === undefined ? '' : catalogSection([o.study]),
    ...(o.text !== undefined && { text: o.text }),
  }).replace(
    /<setId[^>]*\/><versionNumber[^>]*\/>/,
    `<setId root="${documentRoot}" extension="${o.set ?? o.id}"/><versionNumber value="${o.version ?? 1}"/>`,
  )
}

interface Link {
  readonly studyInstanceUid: string
  readonly state: string
  readonly tier: string
  readonly evidence: readonly { key: string; outcome: string }[]
  readonly decidedBy?: string
}
interface Posted {
  readonly id: string
  readonly state: string
  readonly links: readonly Link[]
}

const entityToken = () => fixture.token({ role: 'entity', entityCode: 'ASST-A' })
const operatorToken = () => fixture.token({ role: 'operator', subject: 'olga' })

async function post(o: Cda, status = 201): Promise<Posted> {
  const headers = { 'content-type': 'text/xml' }
  const response = await fixture.fetch('/reports', {
    method: 'POST',
    token: await entityToken(),
    headers,
    body: cda(o),
  })
  expect(response.status, await response.clone().text()).toBe(status)
  return (await response.json()) as Posted
}

async function linksOf(id: string, token?: string): Promise<readonly Link[]> {
  const response = await fixture.fetch(`/reports/${id}/studies`, { token: token ?? (await operatorToken()) })
  expect(response.status).toBe(200)
  return ((await response.json()) as { links: Link[] }).links
}

const shortOf = (links: readonly Link[]) =>
  links.map(({ studyInstanceUid, state, tier }) => `${studyInstanceUid} ${state} ${tier}`).toSorted()

async function decide(id: string, study: string, decision: string, token?: string): Promise<Response> {
  return fixture.fetch(`/reports/${id}/links/${study}`, {
    method: 'POST',
    token: token ?? (await operatorToken()),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ decision, reason: 'looked at both' }),
  })
}

function study(
  uid: string,
  more: Partial<SampleInstance> & { accession?: string; date?: string } = {},
): SampleInstance {
  return {
    study: uid,
    series: `${uid}.1`,
    sop: `${uid}.1.1`,
    patient: { id: anna, otherIds: [], name: 'BIANCHI^ANNA', birthDate: '19750201', sex: 'F' },
    studyHeader: {
      date: more.date ?? '20260203',
      time: '101500',
      ...(more.accession !== undefined && { accessionNumber: more.accession }),
      issuerOfAccession: issuer,
    },
    ...more,
  }
}

const local = (id: string) => ({ id, otherIds: [], name: 'BIANCHI^ANNA' })

describe('a report', () => {
  it('finds images that are there, by UID, at once', async () => {
    await fixture.receive([study('1.2.10')])
    const posted = await post({ id: 'a1', study: '1.2.10' })
    expect(posted.state).toBe('current')
    expect(shortOf(posted.links)).toEqual(['1.2.10 LINKED T1'])
    expect(posted.links[0]?.evidence).toContainEqual({ key: 'patient', outcome: 'equal' })
  })

  it('is the same when its bytes come again, and a new version when others come under its id', async () => {
    const first = await post({ id: 'b1' })
    expect((await post({ id: 'b1' }, 200)).id).toBe(first.id)
    const other = await post({ id: 'b1', text: 'corretto' })
    expect(other.id).not.toBe(first.id)
    expect((await post({ id: 'b1' }, 200)).state).toBe('superseded')
  })

  it('waits for images that come later, by accession number', async () => {
    const posted = await post({ id: 'c1', accession: 'ACC-C' })
    expect(posted.links).toEqual([])
    await fixture.receive([study('1.2.20', { accession: 'ACC-C' })])
    await until('linked', async () => shortOf(await linksOf(posted.id)).join() === '1.2.20 LINKED T2')
  })

  it('hands its links to the version that replaces it', async () => {
    await fixture.receive([study('1.2.30')])
    const first = await post({ id: 'd1', set: 'd', study: '1.2.30' })
    const second = await post({ id: 'd2', set: 'd', version: 2, replaces: 'd1' })
    expect(shortOf(second.links)).toEqual(['1.2.30 LINKED T1'])
    expect(second.links[0]?.evidence).toContainEqual({ key: 'inherited', outcome: 'equal' })
    await until('superseded', async () => (await linksOf(first.id)).every(({ state }) => state === 'SUPERSEDED'))
    const listed = await fixture.fetch('/reports?study=1.2.30')
    expect(((await listed.json()) as { reports: { id: string }[] }).reports.map(({ id }) => id)).toEqual([second.id])
  })

  it('hands on that it is hidden, to what replaces or completes it, until the record says otherwise', async () => {
    const { visibility } = fixture.catalog.healthRecord
    const seen = async (id: string) => (await fixture.fetch(`/reports/${id}`)).status
    const first = await post({ id: 'h1', set: 'h' })
    expect(await seen(first.id)).toBe(200)
    await visibility.set({ kind: 'report', id: first.id, visibility: 'hidden', by: 'test' })
    const second = await post({ id: 'h2', set: 'h', version: 2, replaces: 'h1' })
    const addendum = await post({ id: 'h3', appends: 'h2' })
    expect([await seen(second.id), await seen(addendum.id)]).toEqual([404, 404])
    expect((await fixture.fetch(`/reports/${second.id}`, { token: await entityToken() })).status).toBe(200)
    await visibility.set({ kind: 'report', id: second.id, visibility: 'normal', by: 'test' })
    const third = await post({ id: 'h4', set: 'h', version: 3, replaces: 'h2' })
    expect([await seen(first.id), await seen(second.id), await seen(third.id)]).toEqual([404, 200, 200])
    await visibility.set({ kind: 'report', id: third.id, visibility: 'hidden', by: 'test' })
    const late = await post({ id: 'h0', set: 'h', version: 0 })
    expect([late.state, await seen(late.id)]).toEqual(['superseded', 404])
  })

  it('knows that it is replaced when versions come in the wrong order', async () => {
    const second = await post({ id: 'e2', set: 'e', version: 2, replaces: 'e1' })
    const first = await post({ id: 'e1', set: 'e' })
    expect([first.state, second.state]).toEqual(['superseded', 'current'])
  })

  it('of another patient is a conflict that only those who look after it see', async () => {
    await fixture.receive([study('1.2.40')])
    const posted = await post({ id: 'f1', study: '1.2.40', patient: mario })
    expect(shortOf(posted.links)).toEqual(['1.2.40 REJECTED_CONFLICT T1'])
    const asFse = await fixture.token({ role: 'fse', purpose: 'TREATMENT' })
    expect(await linksOf(posted.id, asFse)).toEqual([])
    expect(((await (await fixture.fetch('/reports?study=1.2.40')).json()) as { reports: [] }).reports).toEqual([])
    const accepted = await decide(posted.id, '1.2.40', 'accept')
    expect((await accepted.json()) as Link, 'no word makes a wrong patient right').toMatchObject({
      state: 'REJECTED_CONFLICT',
    })
  })

  it('that is withdrawn has no links', async () => {
    await fixture.receive([study('1.2.50')])
    const posted = await post({ id: 'g1', study: '1.2.50' })
    const gone = await fixture.fetch(`/reports/${posted.id}?reason=wrong`, {
      method: 'DELETE',
      token: await entityToken(),
    })
    expect(gone.status).toBe(204)
    expect(shortOf(await linksOf(posted.id))).toEqual(['1.2.50 UNLINKED T1'])
  })

  it('is read back as it came', async () => {
    const posted = await post({ id: 'h1' })
    const document = await fixture.fetch(`/reports/${posted.id}/document`)
    expect(document.headers.get('content-type')).toBe('text/xml')
    expect(await document.text()).toBe(cda({ id: 'h1' }))
    const shown = await (await fixture.fetch(`/reports/${posted.id}`)).text()
    expect(shown).not.toContain(anna)
    expect(shown).not.toMatch(/bianchi/i)
  })
})

describe('identity', () => {
  it('told later links what was doubtful, and undone takes it back', async () => {
    await fixture.receive([study('1.2.60', { patient: local('L60'), accession: 'ACC-60' })])
    const posted = await post({ id: 'i1', accession: 'ACC-60' })
    expect(shortOf(posted.links)).toEqual(['1.2.60 REVIEW T2'])
    const { identity } = fixture.catalog.healthRecord
    const here = { issuer: 'entity:ASST-A', identifier: 'L60' }
    await identity.linkIdentity({ ...here, national: { issuer: codiceFiscaleIssuer, identifier: anna }, source })
    await until('linked', async () => shortOf(await linksOf(posted.id)).join() === '1.2.60 LINKED T2')
    await identity.linkIdentity({ ...here, national: { issuer: codiceFiscaleIssuer, identifier: mario }, source })
    await until('a conflict', async () => shortOf(await linksOf(posted.id)).join() === '1.2.60 REJECTED_CONFLICT T2')
  })

  it('merged and unmerged links and unlinks', async () => {
    await fixture.receive([study('1.2.70', { patient: local('OLD70') })])
    const { identity } = fixture.catalog.healthRecord
    const of = (identifier: string) => ({ issuer: 'entity:ASST-A', identifier })
    await identity.linkIdentity({ ...of('NEW70'), national: { issuer: codiceFiscaleIssuer, identifier: anna }, source })
    const posted = await post({ id: 'j1', study: '1.2.70' })
    expect(shortOf(posted.links)).toEqual(['1.2.70 REVIEW T1'])
    await identity.mergeIdentities({ survivor: of('NEW70'), merged: of('OLD70'), source })
    await until('linked', async () => shortOf(await linksOf(posted.id)).join() === '1.2.70 LINKED T1')
    await identity.unmergeIdentities({ merged: of('OLD70'), source })
    await until('doubtful', async () => shortOf(await linksOf(posted.id)).join() === '1.2.70 REVIEW T1')
  })

  it('follows a temporary number that becomes a codice fiscale', async () => {
    await fixture.receive([study('1.2.80')])
    const stp = 'STP0301234567890'
    const posted = await post({ id: 'k1', study: '1.2.80', patient: stp, patientIssuer: stpIssuer })
    expect(shortOf(posted.links)).toEqual(['1.2.80 REVIEW T1'])
    await fixture.catalog.healthRecord.identity.mergeIdentities({
      survivor: { issuer: codiceFiscaleIssuer, identifier: anna },
      merged: { issuer: stpIssuer, identifier: stp },
      source,
    })
    await until('linked', async () => shortOf(await linksOf(posted.id)).join() === '1.2.80 LINKED T1')
  })
})

describe('what people decide', () => {
  it('a study before the archive went live, or a migrated one, waits for a person', async () => {
    await fixture.receive([
      study('1.2.90', { date: '20200103', accession: 'ACC-90' }),
      study('1.2.91', { campaign: 'old-pacs', accession: 'ACC-91' }),
    ])
    const posted = await post({ id: 'l1', accession: 'ACC-91' })
    expect(shortOf(posted.links)).toEqual(['1.2.91 REVIEW T2'])
    const early = await post({ id: 'l2', study: '1.2.90' })
    expect(shortOf(early.links)).toEqual(['1.2.90 REVIEW T1'])
    const review = await fixture.fetch('/reports/review', { token: await operatorToken() })
    const { links } = (await review.json()) as { links: (Link & { reportId: string })[] }
    expect(links.map(({ reportId }) => reportId)).toEqual(expect.arrayContaining([posted.id, early.id]))
    expect((await (await decide(posted.id, '1.2.91', 'accept')).json()) as Link).toMatchObject({
      state: 'LINKED',
      decidedBy: 'olga',
    })
    const after = await post({ id: 'l3', set: 'l1', version: 2, replaces: 'l1', accession: 'ACC-91' })
    expect(shortOf(after.links), 'the next version inherits the word').toEqual(['1.2.91 LINKED T2'])
  })

  it('stays through later evaluations, until another word', async () => {
    await fixture.receive([study('1.2.100')])
    const posted = await post({ id: 'm1', study: '1.2.100' })
    expect((await decide(posted.id, '1.2.100', 'unlink')).status).toBe(200)
    await fixture.receive([study('1.2.100', { sop: '1.2.100.1.2' })])
    await until('nothing is due', async () => {
      const [row] = await fixture.catalog.database.sql`select count(*)::int as due from reports
        where id = ${posted.id}::uuid and due_at <= now()`
      return row?.due === 0
    })
    expect(shortOf(await linksOf(posted.id))).toEqual(['1.2.100 UNLINKED T1'])
    await decide(posted.id, '1.2.100', 'accept')
    expect(shortOf(await linksOf(posted.id))).toEqual(['1.2.100 LINKED T1'])
    const [history] = await fixture.catalog.database.sql`select count(*)::int as steps from link_history
      where report_id = ${posted.id}::uuid`
    expect(history?.steps).toBe(3)
  })

  it('is for staff and the sender, with a reason', async () => {
    await fixture.receive([study('1.2.110')])
    const posted = await post({ id: 'n1', study: '1.2.110' })
    const other = await fixture.token({ role: 'entity', entityCode: 'ASST-B' })
    const fse = await fixture.token({ role: 'fse', purpose: 'TREATMENT' })
    expect((await decide(posted.id, '1.2.110', 'unlink', other)).status).toBe(404)
    expect((await decide(posted.id, '1.2.110', 'unlink', fse)).status).toBe(403)
    expect((await decide(posted.id, '9.9.9', 'accept')).status).toBe(404)
    const headers = { 'content-type': 'application/json' }
    const bare = { method: 'POST', token: await operatorToken(), headers, body: '{"decision":"accept"}' }
    expect((await fixture.fetch(`/reports/${posted.id}/links/1.2.110`, bare)).status).toBe(400)
    expect((await decide(posted.id, '1.2.110', 'unlink', await entityToken())).status).toBe(200)
  })
})

describe('another entity', () => {
  it('finds no trace of a report', async () => {
    const posted = await post({ id: 'o1' })
    const token = await fixture.token({ role: 'entity', entityCode: 'ASST-B' })
    for (const path of [`/reports/${posted.id}`, `/reports/${posted.id}/document`, `/reports/${posted.id}/studies`]) {
      const there = await fixture.fetch(path, { token })
      const absent = await fixture.fetch(path.replace(posted.id, '00000000-0000-8000-8000-000000000000'), { token })
      expect([there.status, await there.text()]).toEqual([absent.status, await absent.text()])
    }
  })
})

describe('the ledger', () => {
  it('brings back reports, identity and decisions, and the same links follow', async () => {
    const { database } = fixture.catalog
    await fixture.receive([study('1.2.120'), study('1.2.121')])
    const linked = await post({ id: 'p1', study: '1.2.120' })
    const refused = await post({ id: 'p2', study: '1.2.121' })
    await decide(refused.id, '1.2.121', 'refuse')
    const snapshot = () => database.sql`select report_id, study_instance_uid, state, tier, evidence, decided_by, reason
      from links order by report_id, study_instance_uid`
    const states = () => database.sql`select id, state, document_key, unique_id from reports order by id`
    await until('quiet', async () => (await database.sql`select from reports where due_at <= now()`).length === 0)
    const before = [await snapshot(), await states()]
    expect(before[0]?.length).toBeGreaterThan(5)
    const events = await database.sql<{ type: string; payload: Record<string, unknown> }[]>`
      select type, payload from events order by seq`
    await fixture.stopService()
    await database.sql.unsafe(`set session_replication_role = replica; delete from links; delete from link_history;
      delete from link_decisions; delete from report_keys; delete from reports; delete from identities;
      delete from study_keys; set session_replication_role = origin`)
    await replayEvents(fixture.catalog, events)
    const uids = await database.sql<{ uid: string }[]>`select study_instance_uid as uid from studies`
    await fixture.startService()
    await database.sql`update publications set due_at = now()`
    expect(uids.length).toBeGreaterThan(5)
    await until('quiet', async () => (await database.sql`select from reports where due_at <= now()`).length === 0)
    await until('as before', async () => {
      const after = [await snapshot(), await states()]
      return JSON.stringify(linkedOnly(after[0])) === JSON.stringify(linkedOnly(before[0]))
    })
    expect(await states()).toEqual(before[1])
    expect(shortOf(await linksOf(linked.id))).toEqual(['1.2.120 LINKED T1'])
    expect((await linksOf(refused.id))[0]).toMatchObject({ state: 'UNLINKED', decidedBy: 'olga' })
  })
})

/** Ended links leave a row only where they were once, so they are not compared. */
function linkedOnly(rows: readonly Record<string, unknown>[] | undefined): unknown {
  return rows?.filter(({ state }) => state === 'LINKED')
}
