import type { TestProject } from 'vitest/node'
import { openDatabase } from '../../packages/database/src/index.ts'
import { startPostgres } from './servers.ts'

/** The migrated database that each test file's own is copied from. */
export const templateDatabase = 'vna_test_template'

/**
 * Vitest's global set-up of tests that need a database and not a server: one PostgreSQL for all of them, with a database
 * of its own for each file (`startCatalog`). A server given by `VNA_TEST_DATABASE_URL` is used instead.
 */
export default async function provideDatabaseToTests(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.VNA_TEST_DATABASE_URL
  const postgres = given === undefined ? await startPostgres() : { url: given, stop: async () => {} }
  const server = openDatabase({ url: postgres.url, applicationName: 'catalog-test' })
  // What a crash leaves is for the fault tests, whose servers sync; so does that of a benchmark.
  if (given === undefined && project.name !== 'bench') {
    await server.sql.unsafe('alter system set fsync = off')
    await server.sql.unsafe('select pg_reload_conf()')
  }
  await server.sql.unsafe(`drop database if exists ${templateDatabase}`)
  await server.sql.unsafe(`create database ${templateDatabase} template template0 encoding 'UTF8' locale 'C'`)
  await server.close()
  const template = openDatabase({ url: databaseUrl(postgres.url, templateDatabase), applicationName: 'catalog-test' })
  await template.migrate()
  await template.close()
  process.env.VNA_TEST_DATABASE_URL = postgres.url
  return () => postgres.stop()
}

export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
