import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { codiceFiscaleIssuer } from '../../packages/identifiers/src/index.ts'
import { type CatalogFixture, replayEvents, samplePack, startCatalog } from './support-catalog.ts'

const stpIssuer = '2.16.840.1.113883.2.9.4.3.17'
const cf = { issuer: codiceFiscaleIssuer, identifier: 'BNCNNA75B41F205W' }
const otherCf = { issuer: codiceFiscaleIssuer, identifier: 'RSSMRA80A01F205X' }
const stp = { issuer: stpIssuer, identifier: 'STP0301234567890' }
const local = { issuer: 'entity:ASST-A', identifier: 'P1' }
const old = { issuer: 'entity:ASST-A', identifier: 'P0' }
const source = 'test'

let fixture: CatalogFixture
const identity = () => fixture.healthRecord.identity

beforeAll(async () => {
  fixture = await startCatalog()
})
afterAll(() => fixture.stop())
beforeEach(async () => {
  await fixture.clear()
  await clearIdentity()
})

async function clearIdentity(): Promise<void> {
  await fixture.database.sql.unsafe(`set session_replication_role = replica; delete from identities;
    delete from publications; delete from events; set session_replication_role = origin`)
}

const nationalOf = async (identifier: typeof cf) => (await identity().resolveIdentifiers([identifier]))[0]?.national

async function eventTypes(): Promise<readonly string[]> {
  return (await fixture.database.pendingLedgerEvents()).map(({ type }) => type)
}

describe('the cross-reference', () => {
  it('leaves what nobody told about unresolved, and a national identifier stands for itself', async () => {
    expect(await nationalOf(local)).toBeUndefined()
    expect(await nationalOf(cf)).toEqual(cf)
  })

  it('resolves a local identifier, once told, and says so in one event', async () => {
    const link = { ...local, national: cf, name: 'Bianchi^Anna', birthDate: '19750201', source }
    expect(await identity().linkIdentity(link)).toBe(true)
    expect(await identity().linkIdentity(link)).toBe(false)
    const [resolved] = await identity().resolveIdentifiers([local])
    expect(resolved).toMatchObject({ national: cf, survivor: local, name: 'Bianchi^Anna', birthDate: '19750201' })
    expect(resolved?.equivalents).toEqual(expect.arrayContaining([local, cf]))
    expect(await eventTypes()).toEqual(['identity-linked'])
  })

  it('reads a codice fiscale as one, whatever issuer stands beside it', async () => {
    await identity().linkIdentity({ ...local, national: { issuer: 'X', identifier: ' bncnna75b41f205w ' }, source })
    expect(await nationalOf(local)).toEqual(cf)
  })

  it('refuses a national identifier of a local domain', async () => {
    await expect(identity().linkIdentity({ ...local, national: old, source })).rejects.toMatchObject({
      code: 'invalid-input',
    })
  })

  it('merges and takes the merge back', async () => {
    await identity().linkIdentity({ ...local, national: cf, source })
    expect(await identity().mergeIdentities({ survivor: local, merged: old, source })).toBe(true)
    expect(await identity().mergeIdentities({ survivor: local, merged: old, source })).toBe(false)
    const [resolved] = await identity().resolveIdentifiers([old])
    expect(resolved).toMatchObject({ national: cf, survivor: local })
    expect(await identity().unmergeIdentities({ merged: old, source })).toBe(true)
    expect(await identity().unmergeIdentities({ merged: old, source })).toBe(false)
    expect((await identity().resolveIdentifiers([old]))[0]).toMatchObject({ national: undefined, survivor: old })
    expect(await eventTypes()).toEqual(['identity-linked', 'identity-merged', 'identity-unmerged'])
  })

  it('keeps the person when the known identifier merges into an unknown one', async () => {
    await identity().linkIdentity({ ...old, national: cf, source })
    await identity().mergeIdentities({ survivor: local, merged: old, source })
    expect(await nationalOf(local)).toEqual(cf)
    await identity().unmergeIdentities({ merged: old, source })
    expect(await nationalOf(local)).toBeUndefined()
    expect(await nationalOf(old)).toEqual(cf)
  })

  it('lets a temporary number become a codice fiscale, with everything that named it', async () => {
    await identity().linkIdentity({ ...local, national: stp, source })
    expect(await nationalOf(local)).toEqual(stp)
    await identity().mergeIdentities({ survivor: cf, merged: stp, source })
    expect(await nationalOf(local)).toEqual(cf)
    expect(await nationalOf(stp)).toEqual(cf)
  })

  it('lets one person have a codice fiscale corrected by a second word', async () => {
    await identity().linkIdentity({ ...local, national: cf, source })
    await identity().linkIdentity({ ...local, national: otherCf, source })
    expect(await nationalOf(local)).toEqual(otherCf)
    expect(await nationalOf(cf)).toEqual(cf)
    await identity().linkIdentity({ ...local, national: null, source })
    expect(await nationalOf(local)).toBeUndefined()
  })

  it('refuses a circle and leaves everything as it was', async () => {
    await identity().mergeIdentities({ survivor: local, merged: old, source })
    const circle = identity().mergeIdentities({ survivor: old, merged: local, source })
    await expect(circle).rejects.toMatchObject({ code: 'conflict' })
    expect((await identity().resolveIdentifiers([old]))[0]?.survivor).toEqual(local)
  })

  it('gives the same from its events', async () => {
    await identity().linkIdentity({ ...local, national: stp, name: 'Bianchi^Anna', source })
    await identity().mergeIdentities({ survivor: cf, merged: stp, source })
    await identity().mergeIdentities({ survivor: local, merged: old, source })
    await identity().unmergeIdentities({ merged: old, source })
    const all = [local, old, stp, cf]
    const before = await identity().resolveIdentifiers(all)
    const events = await fixture.database.pendingLedgerEvents()
    await clearIdentity()
    await replayEvents(fixture, events)
    await replayEvents(fixture, events)
    const after = await identity().resolveIdentifiers(all)
    const sorted = (list: typeof before) => list.map((r) => ({ ...r, equivalents: r.equivalents.toSorted(byText) }))
    expect(sorted(after)).toEqual(sorted(before))
    expect(await eventTypes()).toEqual([])
  })

  it('has studies of the person looked at again', async () => {
    const { database, catalog } = fixture
    await catalog.registerPack(samplePack([{ study: '1.2.1', patient: { id: 'P1', otherIds: [] } }]))
    await catalog.registerPack(samplePack([{ study: '1.2.2', patient: { id: 'P9', otherIds: [] } }]))
    await database.sql`insert into publications (study_instance_uid, state)
      values ('1.2.1', 'UNRESOLVED'), ('1.2.2', 'UNRESOLVED')`
    await identity().linkIdentity({ ...local, national: cf, source })
    const due = await database.sql`select study_instance_uid as uid from publications
      where due_at is not null and dirty_since is not null`
    expect(due.map(({ uid }) => uid)).toEqual(['1.2.1'])
  })
})

function byText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
