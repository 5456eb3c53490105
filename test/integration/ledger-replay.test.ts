import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LedgerWriter, type ObjectStore, openObjectStore, verifyLedger } from '../../packages/archive/src/index.ts'
import { addEntity, listEntities } from '../../packages/entities/src/index.ts'
import { LedgerEventError } from '../../packages/ledger-events/src/index.ts'
import { applyLedger, createLedgerShipper } from '../../packages/registration/src/index.ts'
import { type CatalogFixture, startCatalog } from './support-catalog.ts'

let fixture: CatalogFixture
let home: string
let store: ObjectStore

beforeAll(async () => {
  fixture = await startCatalog()
})
afterAll(() => fixture.stop())

beforeEach(async () => {
  await clearAll()
  home = await mkdtemp(join(tmpdir(), 'vna-ledger-'))
  store = openObjectStore('file:', { homeFolder: home })
  await store.prepare()
  return async () => {
    await store.close()
    await rm(home, { recursive: true })
  }
})

const codiceFiscale = { issuer: '2.16.840.1.113883.2.9.4.3.2', identifier: 'RSSMRA80A01F205X' }
const local = { issuer: 'entity:ASST-A', identifier: 'LOCAL-1' }

/** Also what no pack has: `fixture.clear` leaves that. */
async function clearAll(): Promise<void> {
  await fixture.clear()
  await fixture.database.sql.unsafe(`set session_replication_role = replica; delete from visibility_decisions;
    delete from identities; delete from orders; delete from rejected_instances; set session_replication_role = origin`)
}

/** One decision of many kinds each, shipped. */
async function decide(): Promise<void> {
  const { database, catalog, healthRecord } = fixture
  await addEntity(catalog, { code: 'ASST-A', kind: 'EEP', name: 'Ospedale A', aeTitles: ['PACS_A'] })
  await healthRecord.identity.linkIdentity({ ...local, national: codiceFiscale, name: 'ROSSI^MARIA', source: 'test' })
  await healthRecord.visibility.set({ kind: 'study', id: '1.2.3', visibility: 'hidden', by: codiceFiscale.identifier })
  const numbers = { accession: { value: 'ACC-1' }, placers: [{ value: 'PLACER-1' }], fillers: [] }
  await healthRecord.reports.receiveOrder({
    origin: 'ASST-A',
    receivedAt: new Date(),
    studyInstanceUid: '1.2.3',
    ...numbers,
  })
  await healthRecord.publications.rejectInstances({
    studyInstanceUid: '1.2.3',
    sopInstanceUids: ['1.2.3.4'],
    reason: '113001',
  })
  await createLedgerShipper({ store, database })()
}

async function textBelow(folder: string): Promise<string> {
  const root = join(home, 'objects', folder)
  const names = await readdir(root, { recursive: true })
  const texts = names.filter((name) => name.endsWith('.ndjson')).map((name) => readFile(join(root, name), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}

/** What the decisions left in the catalog. */
async function decided() {
  const { sql } = fixture.database
  return {
    entities: (await listEntities(fixture.catalog)).map(({ code, name }) => [code, name]),
    identities: [...(await sql`select identifier, name, resolved_identifier from identities order by identifier`)],
    hidden: [...(await sql`select id, visibility, decided_by from visibility_decisions order by id`)],
    orders: [...(await sql`select accession_number, placers from orders`)],
    rejected: [...(await sql`select sop_instance_uid, reason from rejected_instances`)],
  }
}

describe('decisions in the ledger', () => {
  it('come back, and say nothing of a person in the chain', async () => {
    await decide()
    const before = await decided()
    const personal = /RSSMRA80A01F205X|ROSSI|LOCAL-1|ACC-1|PLACER-1/
    expect(await textBelow('ledger')).not.toMatch(personal)
    expect(await textBelow('ledger-persons')).toMatch(personal)
    await clearAll()
    expect(await applyLedger({ store, ...fixture })).toEqual({ applied: 5, erased: 0 })
    expect(await decided()).toEqual(before)
    expect(await fixture.database.pendingLedgerEvents()).toEqual([])
  })

  it('shipped twice are counted once', async () => {
    await decide()
    await fixture.database.sql.unsafe(`set session_replication_role = replica; update events set shipped_at = null;
      set session_replication_role = origin`)
    await createLedgerShipper({ store, database: fixture.database })()
    const before = await decided()
    await clearAll()
    expect(await applyLedger({ store, ...fixture })).toEqual({ applied: 5, erased: 0 })
    expect(await decided()).toEqual(before)
  })

  it('go on to hide what is hidden when what they say of persons is erased', async () => {
    await decide()
    await rm(join(home, 'objects', 'ledger-persons'), { recursive: true })
    expect(await verifyLedger(store)).toMatchObject({ ok: true, events: 5, withPerson: 0, erased: 3 })
    await clearAll()
    expect(await applyLedger({ store, ...fixture })).toEqual({ applied: 3, erased: 2 })
    expect(await decided()).toMatchObject({
      ...{ entities: [['ASST-A', 'Ospedale A']], identities: [], orders: [] },
      ...{
        hidden: [{ id: '1.2.3', visibility: 1, decided_by: 'erased' }],
        rejected: [{ sop_instance_uid: '1.2.3.4' }],
      },
    })
  })
})

const at = '2026-01-31T12:00:00.000Z'
const hide = (seq: number, change: Record<string, unknown> = {}) => ({
  ...{ seq, type: 'visibility-changed', version: 1, at },
  payload: { kind: 'study', id: `1.2.${seq}`, visibility: 'hidden', by: 'x', at },
  ...change,
})

describe('a ledger with an event that cannot be read', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['of a later version', { version: 2 }, { code: 'later-event-version' }],
    ['of an unknown type', { type: 'consent-given' }, { code: 'unknown-event-type' }],
    ['of a damaged payload', { payload: { kind: 'study', id: 'SECRET' } }, { code: 'malformed-event' }],
    [
      'that the catalog refuses',
      { type: 'identity-linked', payload: { issuer: '', identifier: 'SECRET', source: 'test', at } },
      { code: 'event-not-applied', details: { problem: 'invalid-input', line: 3, seq: 2, type: 'identity-linked' } },
    ],
  ])('stops there and says where: %s', async (_, change, expected) => {
    await new LedgerWriter(store).append([hide(1), hide(2, change), hide(3)].map((event) => ({ event })))
    const failure = await applyLedger({ store, ...fixture }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(LedgerEventError)
    expect(failure).toMatchObject({ details: { line: 3, seq: 2 }, ...expected })
    expect(String(failure)).toMatch(/key=ledger\/\d{4}\/\d{2}\/\d{2}\/000000000001-[0-9a-f]{64}\.ndjson line=3 seq=2/)
    expect(String(failure)).not.toContain('SECRET')
    const hidden = await fixture.database.sql<{ id: string }[]>`select id from visibility_decisions`
    expect(hidden.map(({ id }) => id)).toEqual(['1.2.1'])
  })
})
