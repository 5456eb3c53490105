import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { Sql, Transaction } from './connect.ts'
import { toCatalogError } from './database-error.ts'
import { CatalogError } from './errors.ts'

const migrationsFolder = new URL('../migrations/', import.meta.url)

/** Any fixed number: whoever migrates this database takes the same lock. */
const migrationLock = 7_237_001

interface Migration {
  readonly version: number
  readonly name: string
  readonly text: string
  readonly sha256: string
}

/**
 * Brings the database to the newest schema: each numbered file once, in its own transaction under an advisory lock, so
 * that several services may start at once. A file changed after it was applied is an error, never repaired silently.
 */
export async function migrateDatabase(sql: Sql): Promise<{ applied: readonly string[] }> {
  const migrations = await readMigrations()
  const applied: string[] = []
  for (const migration of migrations) {
    const isNew = await runLocked(sql, (tx) => applyMigration(tx, migration))
    if (isNew) applied.push(migration.name)
  }
  return { applied }
}

async function readMigrations(): Promise<readonly Migration[]> {
  const names = (await readdir(migrationsFolder)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, migrationsFolder), 'utf8')
      return {
        version: Number(name.slice(0, 4)),
        name,
        text,
        sha256: createHash('sha256').update(text).digest('hex'),
      }
    }),
  )
}

async function runLocked<T>(sql: Sql, work: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    return (await sql.begin(async (tx) => {
      await tx`set local statement_timeout = 0`
      await tx`select pg_advisory_xact_lock(${migrationLock}::int)`
      return work(tx)
    })) as T
  } catch (error) {
    const translated = toCatalogError(error)
    if (translated instanceof CatalogError && translated.code !== 'internal') throw translated
    throw new CatalogError('migration-failed', 'a migration failed and was rolled back', { cause: error })
  }
}

async function applyMigration(tx: Transaction, migration: Migration): Promise<boolean> {
  await requireUtf8(tx)
  await tx`create table if not exists schema_migrations (
    version integer primary key, name text not null, sha256 text not null, applied_at timestamptz not null default now()
  )`
  const [known] = await tx<
    { sha256: string }[]
  >`select sha256 from schema_migrations where version = ${migration.version}`
  if (known !== undefined) {
    if (known.sha256 === migration.sha256) return false
    throw new CatalogError('migration-changed', `migration ${migration.name} was changed after it was applied`)
  }
  await tx.unsafe(migration.text)
  await tx`insert into schema_migrations (version, name, sha256)
    values (${migration.version}, ${migration.name}, ${migration.sha256})`
  return true
}

async function requireUtf8(tx: Transaction): Promise<void> {
  const [row] = await tx<{ encoding: string }[]>`select getdatabaseencoding() as encoding`
  if (row?.encoding === 'UTF8') return
  throw new CatalogError('database-encoding', `the database must be UTF8 and is ${row?.encoding ?? 'unknown'}`)
}
