import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AuditTrail, type Principal } from '../../packages/access/src/index.ts'
import { openCatalog } from '../../packages/catalog/src/index.ts'
import { openDatabase } from '../../packages/database/src/index.ts'
import { type CatalogFixture, startCatalog } from './support-catalog.ts'

let fixture: CatalogFixture

beforeAll(async () => {
  fixture = await startCatalog()
})
afterAll(() => fixture.stop())
beforeEach(() => fixture.clear())

const principal: Principal = {
  tokenId: 't',
  subject: 'portal',
  role: 'fse',
  purpose: 'TREATMENT',
  issuedAt: new Date(0),
  expiresAt: new Date(0),
}

async function recordMany(count: number, trail = new AuditTrail(fixture.catalog)): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      trail.record({
        principal,
        action: 'retrieve',
        outcome: index % 2 === 0 ? 'allowed' : 'denied',
        object: { studyInstanceUid: `1.2.${index}`, note: 'perché no? \u0000 \ud800', when: new Date(index) },
      }),
    ),
  )
  await trail.close()
}

/** Changes rows as only somebody with the keys of the database could. */
async function tamper(statement: string): Promise<void> {
  await fixture.database.sql.unsafe(
    `set session_replication_role = replica; ${statement}; set session_replication_role = origin`,
  )
}

describe('the audit chain', () => {
  it('is intact after many writers of many processes', async () => {
    const other = openDatabase({ url: fixture.url, applicationName: 'catalog-test' })
    await Promise.all([recordMany(700), recordMany(300, new AuditTrail(openCatalog(other)))])
    await other.close()
    expect(await fixture.catalog.verifyAudit()).toMatchObject({ kind: 'intact', entries: 1000 })
    const [first] = await fixture.catalog.listAudit(0, 1)
    expect(first).toMatchObject({ seq: 1, actor: 'portal', role: 'fse', purpose: 'TREATMENT', action: 'retrieve' })
  })

  it('is intact when empty', async () => {
    expect(await fixture.catalog.verifyAudit()).toMatchObject({ kind: 'intact', entries: 0 })
  })

  it.each([
    ['a changed outcome', `update audit set outcome = 'allowed' where seq = 4`, { seq: 4, problem: 'changed' }],
    ['a changed object', `update audit set object = object || '{"a":1}' where seq = 3`, { seq: 3, problem: 'changed' }],
    ['a changed time', `update audit set at = at + interval '1 second' where seq = 2`, { seq: 2, problem: 'changed' }],
    ['a changed purpose', `update audit set purpose = null where seq = 2`, { seq: 2, problem: 'changed' }],
    ['a removed entry', `delete from audit where seq = 5`, { seq: 5, problem: 'missing' }],
    ['a removed beginning', `delete from audit where seq < 3`, { seq: 1, problem: 'missing' }],
    [
      'two entries in each other’s place',
      `update audit a set outcome = b.outcome, object = b.object, hash = b.hash, at = b.at
       from audit b where a.seq in (2, 3) and b.seq in (2, 3) and a.seq <> b.seq`,
      { seq: 2, problem: 'changed' },
    ],
  ])('shows %s', async (_, statement, expected) => {
    await recordMany(8)
    await tamper(statement)
    expect(await fixture.catalog.verifyAudit()).toEqual({ kind: 'broken', ...expected })
  })

  it('shows a cut end and a chain rewritten from some entry on, as far as it was anchored', async () => {
    const { catalog } = fixture
    await recordMany(8)
    await catalog.anchorAudit()
    await tamper('delete from audit where seq = 8')
    expect(await catalog.verifyAudit()).toEqual({ kind: 'broken', seq: 8, problem: 'missing' })
    const rest = await catalog.listAudit(5, 10)
    await tamper('delete from audit where seq > 5')
    await catalog.appendAudit([...rest, ...rest].map(({ seq, hash, ...entry }) => ({ ...entry, outcome: 'denied' })))
    expect(await catalog.verifyAudit()).toEqual({ kind: 'broken', seq: 8, problem: 'changed' })
  })

  it('goes on where it ends now, whoever else writes and whatever is put back', async () => {
    const { catalog, url } = fixture
    const otherDatabase = openDatabase({ url, applicationName: 'access-test', maxConnections: 2 })
    const other = openCatalog(otherDatabase)
    await recordMany(2)
    const [one] = await catalog.listAudit(0, 1)
    const { seq, hash, ...entry } = one!
    // Each thinks that it knows the end.
    for (let turn = 0; turn < 3; turn++) {
      await Promise.all([catalog.appendAudit([entry, entry]), other.appendAudit([entry])])
      await Promise.all(Array.from({ length: 5 }, () => catalog.appendAudit([entry])))
    }
    expect(await catalog.verifyAudit()).toMatchObject({ kind: 'intact', entries: 2 + 3 * (2 + 1 + 5) })
    await tamper('delete from audit where seq > 4')
    await other.appendAudit([entry])
    await catalog.appendAudit([entry])
    expect(await catalog.verifyAudit()).toMatchObject({ kind: 'intact', entries: 6 })
    await otherDatabase.close()
  })

  it('is anchored by itself every thousand entries', async () => {
    await recordMany(1001)
    const events = await fixture.database.pendingLedgerEvents()
    expect(events.map(({ type, payload }) => [type, payload.seq])).toEqual([
      ['audit-anchor', 0],
      ['audit-anchor', 1000],
    ])
    expect(await fixture.catalog.verifyAudit()).toMatchObject({ kind: 'intact', entries: 1001 })
  })

  it('lets nobody change an entry by accident', async () => {
    await recordMany(1)
    await expect(fixture.database.sql`update audit set outcome = 'x'`).rejects.toThrow('append-only')
    await expect(fixture.database.sql`delete from audit`).rejects.toThrow('append-only')
  })
})
