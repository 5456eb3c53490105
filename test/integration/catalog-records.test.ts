import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { catalogLimits, openCatalog } from '../../packages/catalog/src/index.ts'
import { isSameDatabase, openDatabase } from '../../packages/database/src/index.ts'
import type { TransmissionFilter } from '../../packages/transmissions/src/index.ts'
import { transmissionQuery } from '../../packages/transmissions/src/list-transmissions.ts'
import { type CatalogFixture, samplePack, sha256, startCatalog } from './support-catalog.ts'

let fixture: CatalogFixture

beforeAll(async () => {
  fixture = await startCatalog()
})
afterAll(() => fixture.stop())
beforeEach(() => fixture.clear())

describe('study stability', () => {
  /** A second catalog whose studies are stable at once. */
  const openHasty = () => {
    const database = openDatabase({ url: fixture.url, applicationName: 'catalog-test' })
    return { database, hasty: openCatalog(database, { defaultStudyStableMs: 0 }) }
  }

  it('comes after the quiet time, once, and a late image opens a new revision', async () => {
    const { database, hasty } = openHasty()
    await hasty.registerPack(samplePack([{ sop: '1.1' }]))
    expect((await hasty.countContents()).studies).toEqual({ receiving: 1, stable: 0, hidden: 0 })
    expect(await hasty.takeDueStudies()).toEqual([{ studyInstanceUid: '1.2.3', revision: 1 }])
    expect(await hasty.takeDueStudies()).toEqual([])
    expect((await hasty.countContents()).studies).toEqual({ receiving: 0, stable: 1, hidden: 0 })

    const late = await hasty.registerPack(samplePack([{ sop: '1.2' }]))
    expect(late.studies).toEqual([{ studyInstanceUid: '1.2.3', revision: 2 }])
    expect(await hasty.takeDueStudies()).toEqual([{ studyInstanceUid: '1.2.3', revision: 2 }])
    const again = await hasty.registerPack(samplePack([{ sop: '1.2' }]))
    expect(again.studies).toEqual([{ studyInstanceUid: '1.2.3', revision: 2 }])
    expect(await hasty.takeDueStudies(), 'known bytes disturb nothing').toEqual([])
    await database.close()
  })

  it('moves with each registration', async () => {
    await fixture.catalog.registerPack(samplePack([{ sop: '1.1' }]))
    const dueAt = async () => {
      const [row] = await fixture.database.sql<{ at: Date }[]>`select stable_at as at from due_studies`
      return row?.at.getTime() ?? 0
    }
    const first = await dueAt()
    expect(first - Date.now()).toBeGreaterThan(50_000)
    await sleep(20)
    await fixture.catalog.registerPack(samplePack([{ sop: '1.2' }]))
    expect(await dueAt()).toBeGreaterThan(first)
    expect(await fixture.catalog.takeDueStudies()).toEqual([])
  })

  it('is handed to one taker each, and not while somebody registers', async () => {
    const { database, hasty } = openHasty()
    for (let index = 0; index < 20; index++) {
      await hasty.registerPack(samplePack([{ study: `1.2.${index}`, sop: '1.1' }]))
    }
    const held = await database.sql.reserve()
    await held`begin`
    await held`select from studies where study_instance_uid = '1.2.7' for update`
    const taken = await Promise.all([1, 2, 3].map(() => hasty.takeDueStudies(10)))
    const uids = taken.flat().map(({ studyInstanceUid }) => studyInstanceUid)
    expect(new Set(uids).size).toBe(uids.length)
    expect(uids).not.toContain('1.2.7')
    await held`commit`
    held.release()
    while (true) {
      const more = await hasty.takeDueStudies(10)
      uids.push(...more.map(({ studyInstanceUid }) => studyInstanceUid))
      if (more.length === 0) break
    }
    expect(new Set(uids).size).toBe(20)
    await database.close()
  })
})

describe('quarantine', () => {
  it('keeps what cannot be placed, with its reason and its place', async () => {
    const pack = samplePack([{ sop: '1.1' }, { study: '', sop: '1.2', bytes: 'lost' }], {
      quarantined: [
        {
          entityCode: 'ASST-A',
          source: 'STORESCU dimse',
          receivedAt: '2026-11-24T10:11:11.000Z',
          seq: 2,
          sha256: sha256('odd'),
          offset: 2048 + 2 * 526_336,
          lengthBytes: 100,
          dataSetOffset: 0,
          reason: 'unreadable',
          detail: 'truncated at 17',
          sopInstanceUid: '1.3',
        },
      ],
    })
    await fixture.catalog.registerPack(pack)
    const entries = await fixture.catalog.listQuarantine({ limit: 10 })
    expect(entries.map(({ reason, sopInstanceUid }) => [reason, sopInstanceUid])).toEqual([
      ['missing-uid', '1.2'],
      ['unreadable', '1.3'],
    ])
    expect(entries[1]).toMatchObject({ packKey: pack.packKey, offset: 2048 + 2 * 526_336, detail: 'truncated at 17' })
    expect(await fixture.catalog.listQuarantine({ limit: 10, reason: 'unreadable' })).toHaveLength(1)
    expect(await fixture.catalog.listQuarantine({ limit: 10, sopInstanceUid: '1.2' })).toHaveLength(1)
    const counts = await fixture.catalog.countContents()
    expect(counts.quarantined).toEqual([
      { reason: 'missing-uid', count: 1 },
      { reason: 'unreadable', count: 1 },
    ])
  })
})

describe('packs', () => {
  it('are known by their keys, and those without a row are named', async () => {
    const pack = samplePack([{ sop: '1.1' }])
    await fixture.catalog.registerPack(pack)
    const unknown = pack.packKey.replace(/-test\.tar$/, '-other.tar')
    expect(await fixture.catalog.findUnknownPacks([pack.packKey, unknown])).toEqual([unknown])
    expect(await fixture.catalog.findUnknownPacks([])).toEqual([])
    expect(await fixture.catalog.markPackVerified(pack.packKey)).toBe(true)
    expect(await fixture.catalog.markPackVerified(unknown)).toBe(false)
    const known = await fixture.catalog.listKnownPacks('packs/2026/11/24/')
    expect(known).toHaveLength(1)
    expect(known[0]).toMatchObject({ packKey: pack.packKey, sizeBytes: pack.sizeBytes })
    expect(known[0]?.verifiedAt).toBeInstanceOf(Date)
    expect(await fixture.catalog.listKnownPacks('packs/2026/11/23/')).toEqual([])
  })

  it('are registered although the rows their dictionaries had are gone', async () => {
    await fixture.catalog.registerPack(samplePack([{ sop: '1.1' }]))
    await fixture.clear() // as an older dump restored under a running archiver would
    const result = await fixture.catalog.registerPack(samplePack([{ sop: '1.2' }]))
    expect(result.alreadyRegistered).toBe(false)
    const located = await fixture.catalog.locateInstances({ studyInstanceUid: '1.2.3' }, { kind: 'all' })
    expect(located).toHaveLength(1)
    expect(await fixture.catalog.findInstancesBySopUid('1.2', { kind: 'all' })).toHaveLength(1)
  })

  it('refuse a key that does not belong to their segment', async () => {
    const pack = { ...samplePack([{ sop: '1.1' }]), packKey: 'packs/2026/11/24/journal-1/another.tar' }
    await expect(fixture.catalog.registerPack(pack)).rejects.toMatchObject({ code: 'invalid-input', retryable: false })
  })
})

describe('odd headers', () => {
  it('of a device that uses one SOP Instance UID for everything end in quarantine, not in a failure', async () => {
    const count = catalogLimits.maxVersionsPerEntity + 2
    await fixture.catalog.registerPack(
      samplePack(Array.from({ length: count }, (_, index) => ({ sop: '1.1', bytes: `other ${index}` }))),
    )
    await fixture.catalog.registerPack(samplePack([{ sop: '1.1', bytes: 'yet another' }]))
    const counts = await fixture.catalog.countContents()
    expect(counts.quarantined).toEqual([{ reason: 'too-many-versions', count: 3 }])
    expect(await fixture.catalog.locateInstances({ studyInstanceUid: '1.2.3' }, { kind: 'all' })).toHaveLength(1)
  })

  it('that differ in every instance are told apart up to a limit', async () => {
    await fixture.catalog.registerPack(
      samplePack(
        Array.from({ length: catalogLimits.maxHeadersPerEntity + 10 }, (_, index) => ({
          sop: `1.${index}`,
          studyHeader: { time: `1015${index}` },
          seriesHeader: { modality: 'US', description: `Image ${index}` },
        })),
      ),
    )
    const [study] = await fixture.catalog.search(
      { level: 'study', keys: [], includeFields: [], offset: 0, fuzzy: false },
      { kind: 'all' },
    )
    expect(study?.['00201208']?.Value).toEqual([catalogLimits.maxHeadersPerEntity + 10])
    expect(study?.['00080030']?.Value).toEqual(['10150'])
  })

  it('never keep an instance from being registered', async () => {
    // Four bytes a character and not compressible: the longest that an index could meet.
    const long = Array.from({ length: 5000 }, (_, index) =>
      String.fromCodePoint(0x1f300 + ((index * 7919) % 700)),
    ).join('')
    await fixture.catalog.registerPack(
      samplePack([
        {
          patient: { id: long, issuer: long, name: `${long}=${long}`, otherIds: [{ id: long, issuer: `${long}2` }] },
          studyHeader: {
            date: long,
            time: '\u0000',
            accessionNumber: long,
            description: 'lone \ud800 surrogate and \u0000 NUL',
            referringPhysicianName: long,
          },
          seriesHeader: { modality: long, description: long, number: 99_999_999_999 },
          instanceHeader: { number: 1.5, rows: -1, columns: 99_999_999_999, contentDate: long },
        },
      ]),
    )
    const [study] = await fixture.catalog.search(
      { level: 'study', keys: [], includeFields: 'all', offset: 0, fuzzy: false },
      { kind: 'all' },
    )
    expect(study?.['00081030']?.Value).toEqual(['lone \ufffd surrogate and  NUL'])
    expect(study?.['00080030']).toEqual({ vr: 'TM' })
  })
})

const first = { type: 'manifest-withdrawn', payload: { studyInstanceUid: '1.2.3', manifestUid: '2.25.1' } } as const
const second = { type: 'audit-anchor', payload: { seq: 0, hash: '00' } } as const

describe('events', () => {
  it('that could not be replayed are refused, with what they would decide', async () => {
    const { database } = fixture
    const decision = { kind: 'study', id: '1.2.3', visibility: 'hidden', by: 'x', at: 'no time' } as const
    const refused = database.appendEvents([second, { type: 'visibility-changed', payload: decision }])
    await expect(refused).rejects.toMatchObject({ code: 'malformed-event', details: { path: 'at' } })
    expect(await database.pendingLedgerEvents()).toEqual([])
  })

  it('wait for the ledger in order and are shipped once', async () => {
    const { database } = fixture
    await database.appendEvents([first, second])
    const shipped: string[] = []
    const ship = async (events: readonly { type: string }[]) => {
      await sleep(50)
      shipped.push(...events.map(({ type }) => type))
    }
    const counts = await Promise.all([database.shipEvents(ship), database.shipEvents(ship)])
    expect(counts.sort()).toEqual([0, 2])
    expect(shipped).toEqual([first.type, second.type])
    expect(await database.pendingLedgerEvents()).toEqual([])
  })

  it('stay pending when shipping fails', async () => {
    const { database } = fixture
    await database.appendEvents([first])
    await expect(database.shipEvents(() => Promise.reject(new Error('store away')))).rejects.toThrow('store away')
    const [pending] = await database.pendingLedgerEvents()
    expect(pending).toMatchObject({ ...first, version: 1 })
    await database.markShipped([pending?.seq ?? 0])
    expect(await database.pendingLedgerEvents()).toEqual([])
  })

  it('cannot be changed or removed', async () => {
    const { sql } = fixture.database
    await fixture.database.appendEvents([first])
    await expect(sql`update events set type = 'other'`).rejects.toThrow('append-only')
    await expect(sql`update events set version = 2`).rejects.toThrow('append-only')
    await expect(sql`delete from events`).rejects.toThrow('append-only')
  })
})

describe('transmissions', () => {
  it('are found by entity, study, outcome and time, newest first', async () => {
    const { catalog, transmissions } = fixture
    const base = {
      direction: 'in',
      protocol: 'dimse',
      client: 'STORESCU',
      peer: '127.0.0.1:4711',
      instances: 3,
      failures: 0,
      bytes: 5_000_000_000,
      outcome: 'released',
    } as const
    await catalog.registerPack(samplePack([{ sop: '1.1' }]))
    const at = (hour: number) => new Date(Date.UTC(2026, 10, 24, hour))
    await transmissions.insert([
      {
        ...base,
        key: 'k1',
        entityCode: 'ASST-A',
        startedAt: at(1),
        endedAt: at(2),
        studyInstanceUids: ['1.2.3', '1.2.4'],
      },
      { ...base, key: 'k2', startedAt: at(3), endedAt: at(4), outcome: 'rejected', reason: 'rejected 1/1/3' },
    ])
    expect((await transmissions.list({ limit: 10 })).map(({ outcome }) => outcome)).toEqual(['rejected', 'released'])
    const [found] = await transmissions.list({ limit: 10, entityCode: 'ASST-A', studyInstanceUid: '1.2.4' })
    expect(found).toMatchObject({ bytes: 5_000_000_000, studyInstanceUids: ['1.2.3', '1.2.4'], endedAt: at(2) })
    expect(await transmissions.list({ limit: 10, outcome: 'rejected', since: at(4) })).toEqual([])
    expect((await catalog.countContents()).lastReceived).toEqual([{ entityCode: 'ASST-A', at: at(2) }])
    const ids = async (filter: object) => (await transmissions.list({ limit: 10, ...filter })).map(({ id }) => id)
    const all = await ids({})
    expect(await ids({ client: 'STORESCU', protocol: 'dimse', direction: 'in' })).toEqual(all)
    expect(await ids({ reason: 'rejected 1/1/3' })).toEqual(all.slice(0, 1))
    for (const other of [{ client: 'storescu' }, { protocol: 'stow' }, { direction: 'out' }, { reason: 'other' }]) {
      expect(await ids(other)).toEqual([])
    }
  })

  it('are found by an index among many, however rare what is looked for', { timeout: 60_000 }, async () => {
    const { sql } = fixture.database
    await fixture.catalog.registerPack(samplePack([{ sop: '1.1' }]))
    const many = 100_000
    await sql`
      insert into transmissions (started_at, ended_at, bytes, instances, failures, entity_id, direction, protocol, client,
        outcome, reason, study_instance_uids)
      select at, at, 1, 1, 0, null, 'in', case when n = 7 then 'mhd' else 'dimse' end,
        case when n = 7 then 'RARE' else 'AE' || n % 50 end, case when n = 7 then 'lost' else 'released' end,
        case when n % 1000 = 7 then case when n = 7 then 'lost' else 'timeout' end end,
        array['1.2.' || n]
      from generate_series(1, ${many}::int) n, lateral (select '2026-01-01'::timestamptz + n * interval '1 s' as at)`
    await sql`vacuum analyze transmissions`
    const filters: readonly Omit<TransmissionFilter, 'limit'>[] = [
      { client: 'RARE' },
      { protocol: 'mhd' },
      { outcome: 'lost' },
      { reason: 'lost' },
      { studyInstanceUid: '1.2.7' },
      { entityCode: 'ASST-A' },
      { since: new Date('2026-01-01T00:00:07Z'), until: new Date('2026-01-01T00:00:08Z') },
      {},
    ]
    for (const filter of filters) {
      const query = transmissionQuery({ ...filter, limit: 50 })
      const explained = await sql.unsafe<{ 'QUERY PLAN': string }[]>(
        `explain (analyze, buffers, timing off) ${query.toString()}`,
        query.params,
      )
      const plan = explained.map((line) => line['QUERY PLAN']).join('\n')
      expect(plan, plan).not.toContain('Seq Scan on transmissions')
      // Pages read: a walk through the whole table or a whole index would be thousands.
      const pages = /Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?/.exec(plan) ?? []
      expect(Number(pages[1] ?? 0) + Number(pages[2] ?? 0), plan).toBeLessThan(200)
    }
  })
})

describe('the identity of the database', () => {
  it('is the same while nothing is restored', async () => {
    const before = await fixture.database.findDatabaseIdentity()
    await fixture.catalog.registerPack(samplePack([{ sop: '1.1' }]))
    const after = await fixture.database.findDatabaseIdentity()
    expect(isSameDatabase(before, after)).toBe(true)
    expect(isSameDatabase(after, before), 'an older copy of the files').toBe(false)
    expect(isSameDatabase(after, { ...after, packsOid: after.packsOid + 1 }), 'a dump restored').toBe(false)
    expect(isSameDatabase(after, { ...after, timeline: 2 })).toBe(false)
  })
})
