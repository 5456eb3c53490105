import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CatalogError, describeSchema, openDatabase } from '../../packages/database/src/index.ts'
import { type CatalogFixture, startCatalog } from './support-catalog.ts'

let fixture: CatalogFixture

beforeAll(async () => {
  fixture = await startCatalog()
})
afterAll(() => fixture.stop())

describe('the schema', () => {
  it('that the migrations make is the one in schema.sql', async () => {
    // After an intended change: vitest run test/integration/catalog-schema.test.ts --update
    const text = await describeSchema(fixture.database.sql)
    await expect(text).toMatchFileSnapshot('../../packages/database/schema.sql')
  })

  it('is made once, however many start at the same time', async () => {
    const { database, url } = fixture
    await database.sql.unsafe('drop schema public cascade; create schema public')
    const others = [1, 2, 3].map(() => openDatabase({ url, applicationName: 'catalog-test', maxConnections: 1 }))
    const results = await Promise.all(others.map((other) => other.migrate()))
    // Whoever holds the lock applies the next one: they may share the work, but nothing is applied twice or left out.
    const applied = results.flatMap((result) => result.applied)
    expect(applied.toSorted()).toEqual((await readdir('packages/database/migrations')).toSorted())
    await Promise.all(others.map((other) => other.close()))
    expect((await database.migrate()).applied).toEqual([])
  })

  it('tells of entries registered before that was kept when they changed', async () => {
    const { database } = fixture
    await database.sql.unsafe(`alter table manifests drop column changed_at;
      delete from schema_migrations where version = 10`)
    for (const [version, state, registeredAt] of [
      [1, 'SUPERSEDED', '2026-01-01T00:00:00Z'],
      [2, 'SUPERSEDED', '2026-01-02T00:00:00Z'],
      [3, 'REGISTERED', '2026-01-03T00:00:00Z'],
    ] as const) {
      await database.sql`
        insert into manifests (study_instance_uid, version, state, registered_at, created_at, kos_id, fhir_id, profile,
          content_hash, manifest_uid, kos_key, kos_size_bytes, kos_sha1, fhir_key, fhir_size_bytes, fhir_sha1,
          patient_issuer, patient_identifier, modalities, regions, accessions, entries)
        values ('1.2', ${version}::int, ${state}, ${registeredAt}::timestamptz, now(), gen_random_uuid(),
          gen_random_uuid(), 'p', 'h', ${String(version)}, 'k', 1, '', 'f', 1, '', 'i', 'p', '{}', '{}', '{}', '{}')`
    }
    expect((await database.migrate()).applied).toEqual(['0010-manifest-changes.sql'])
    const rows = await database.sql<{ at: Date }[]>`select changed_at as at from manifests order by version`
    expect(rows.map(({ at }) => at.toISOString().slice(0, 10))).toEqual(['2026-01-02', '2026-01-03', '2026-01-03'])
  })

  it('refuses a migration that was changed after it was applied', async () => {
    const { database } = fixture
    await database.sql`update schema_migrations set sha256 = 'another' where version = 2`
    await expect(database.migrate()).rejects.toMatchObject({ code: 'migration-changed', retryable: false })
    await database.sql.unsafe('drop schema public cascade; create schema public')
    await database.migrate()
  })

  it('says so when the database is away', async () => {
    const nobody = openDatabase({ url: 'postgres://nobody@127.0.0.1:9/none', applicationName: 'catalog-test' })
    const failure = await nobody.probe().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(CatalogError)
    expect(failure).toMatchObject({ code: 'unavailable', retryable: true })
    await nobody.close()
  })
})
