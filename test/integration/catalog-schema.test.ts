import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeSchema } from '../../packages/catalog/src/database/describe-schema.ts'
import { CatalogError, openCatalog } from '../../packages/catalog/src/index.ts'
import { type CatalogFixture, startCatalog } from './support-catalog.ts'

let fixture: CatalogFixture

beforeAll(async () => {
  fixture = await startCatalog()
})
afterAll(() => fixture.stop())

describe('the schema', () => {
  it('that the migrations make is the one in schema.sql', async () => {
    // After an intended change: vitest run test/integration/catalog-schema.test.ts --update
    const text = await describeSchema(fixture.catalog.sql)
    await expect(text).toMatchFileSnapshot('../../packages/catalog/schema.sql')
  })

  it('is made once, however many start at the same time', async () => {
    const { catalog, url } = fixture
    await catalog.sql.unsafe('drop schema public cascade; create schema public')
    const others = [1, 2, 3].map(() => openCatalog({ url, applicationName: 'catalog-test', maxConnections: 1 }))
    const results = await Promise.all(others.map((other) => other.migrate()))
    // Whoever holds the lock applies the next one: they may share the work, but nothing is applied twice or left out.
    const applied = results.flatMap((result) => result.applied)
    expect(applied.toSorted()).toEqual((await readdir('packages/catalog/migrations')).toSorted())
    await Promise.all(others.map((other) => other.close()))
    expect((await catalog.migrate()).applied).toEqual([])
  })

  it('refuses a migration that was changed after it was applied', async () => {
    const { catalog } = fixture
    await catalog.sql`update schema_migrations set sha256 = 'another' where version = 2`
    await expect(catalog.migrate()).rejects.toMatchObject({ code: 'migration-changed', retryable: false })
    await catalog.sql.unsafe('drop schema public cascade; create schema public')
    await catalog.migrate()
  })

  it('says so when the database is away', async () => {
    const nobody = openCatalog({ url: 'postgres://nobody@127.0.0.1:9/none', applicationName: 'catalog-test' })
    const failure = await nobody.probe().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(CatalogError)
    expect(failure).toMatchObject({ code: 'unavailable', retryable: true })
    await nobody.close()
  })
})
