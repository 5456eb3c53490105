import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentRoot, inventedCda } from '../../packages/fse/src/reports/testing/invented-cda.ts'
import { codiceFiscaleIssuer } from '../../packages/identifiers/src/index.ts'
import { LinkerFixture } from './support-linker.ts'

const anna = 'BNCNNA75B41F205W'
const other = 'RSSNNA80A41F205X'

let fixture: LinkerFixture

beforeAll(async () => {
  fixture = await LinkerFixture.start({ VNA_LIVE_SINCE: '2026-01-01' })
  await fixture.receive([
    { study: '1.2.1', series: '1.2.1.1', sop: '1.2.1.1.1', patient: { id: anna, otherIds: [], name: 'BIANCHI^ANNA' } },
    { study: '1.2.2', series: '1.2.2.1', sop: '1.2.2.1.1', patient: { id: other, otherIds: [], name: 'ROSSI^ANNA' } },
  ])
}, 60_000)
afterAll(() => fixture.stop())

const tokenOf = (patient: string | undefined, purpose?: 'TREATMENT' | 'PERSONAL') =>
  fixture.token({ role: 'fse', patient, purpose })

async function hide(path: string, token: string, visibility = 'hidden'): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const o = { method: 'PUT', token, headers, body: JSON.stringify({ visibility }) }
  const response = await fixture.fetch(`/fse/v1/${path}/visibility`, o)
  return response.status
}

const fiscalCode = (patient: string) => `<id root="${codiceFiscaleIssuer}" extension="${patient}"/>`

/** Each in a set of its own. */
function document(id: string, patientIds: string, related = ''): string {
  const text = inventedCda({ ids: `<id root="${documentRoot}" extension="${id}"/>`, patientIds, related })
  return text.replaceAll('extension="REP-1"', `extension="set-${id}"`)
}

const cda = (id: string, patient: string, related = '') => document(id, fiscalCode(patient), related)

async function post(document: string, token: string) {
  const headers = { 'content-type': 'application/xml' }
  const response = await fixture.fetch('/reports', { method: 'POST', token, headers, body: document })
  return { status: response.status, body: (await response.json()) as { id: string; reason?: string } }
}

const stateOf = async (id: string) => {
  const everything = { kind: 'all', includeHidden: true } as const
  const [report] = await fixture.catalog.healthRecord.reports.listReports({ id, limit: 1 }, everything)
  return report?.state
}

async function hiddenIds(): Promise<readonly string[]> {
  const rows = await fixture.catalog.database.sql<{ id: string }[]>`
    select id from visibility_decisions where visibility = 1`
  return rows.map(({ id }) => id)
}

describe('a token of the health record limited to a patient', () => {
  it('hides and shows the studies of that patient and of nobody else', async () => {
    const token = await tokenOf(anna, 'PERSONAL')
    expect(await hide('studies/1.2.1', token)).toBe(204)
    expect(await hide('studies/1.2.2', token)).toBe(404)
    expect(await hide('studies/1.2.3', token)).toBe(404)
    expect(await hiddenIds()).toEqual(['1.2.1'])
    // Who does not look on the patient's behalf shows again too.
    expect(await hide('studies/1.2.1', await tokenOf(anna, 'TREATMENT'), 'normal')).toBe(204)
    expect(await hiddenIds()).toEqual([])
  })

  it('decides nothing without saying what for', async () => {
    expect(await hide('studies/1.2.1', await tokenOf(anna))).toBe(403)
    expect(await hide('studies/1.2.1', await tokenOf(undefined))).toBe(403)
    expect((await post(cda('unpurposed', anna), await tokenOf(undefined))).status).toBe(403)
    expect(await hiddenIds()).toEqual([])
  })

  it('sends, replaces and hides the reports of that patient and of nobody else', async () => {
    const everybody = await tokenOf(undefined, 'TREATMENT')
    const [ofAnna, ofOther] = [await tokenOf(anna, 'TREATMENT'), await tokenOf(other, 'TREATMENT')]
    const first = await post(cda('first', other), everybody)
    expect(first.status).toBe(201)
    const foreign = await post(cda('foreign', other), ofAnna)
    expect(foreign).toMatchObject({ status: 403, body: { reason: 'other-patient' } })
    const replaces = (id: string) =>
      `<relatedDocument typeCode="RPLC"><parentDocument><id root="${documentRoot}" extension="${id}"/></parentDocument></relatedDocument>`
    expect((await post(cda('second', anna, replaces('first')), ofAnna)).status).toBe(404)
    expect(await stateOf(first.body.id)).toBe('current')
    expect(await hide(`reports/${first.body.id}`, ofAnna)).toBe(404)
    expect(await hiddenIds()).toEqual([])

    expect(await hide(`reports/${first.body.id}`, ofOther)).toBe(204)
    expect(await hiddenIds()).toEqual([first.body.id])
    expect((await post(cda('third', other, replaces('first')), ofOther)).status).toBe(201)
    expect(await stateOf(first.body.id)).toBe('superseded')
  })

  it('knows the patient by what stands for it', async () => {
    const local = { issuer: '1.2.3.4', identifier: 'L-1' }
    const national = { issuer: codiceFiscaleIssuer, identifier: anna }
    await fixture.catalog.healthRecord.identity.linkIdentity({ ...local, national, source: 'test' })
    const patientIds = '<id root="1.2.3.4" extension="L-1"/>'
    expect((await post(document('local', patientIds), await tokenOf(other, 'TREATMENT'))).status).toBe(403)
    expect((await post(document('local', patientIds), await tokenOf(anna, 'TREATMENT'))).status).toBe(201)
    const both = `${patientIds}${fiscalCode(other)}`
    expect((await post(document('both', both), await tokenOf(anna, 'TREATMENT'))).status).toBe(403)
  })
})
