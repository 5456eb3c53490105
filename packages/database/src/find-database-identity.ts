import type { Sql } from './connect.ts'

/** Tells one database, and one life of it, from another. */
export interface DatabaseIdentity {
  readonly systemIdentifier: string
  readonly timeline: number
  /** Changes when the database is dropped and made again. */
  readonly databaseOid: number
  /** Changes when a dump is restored into the same database. */
  readonly packsOid: number
  /** Bytes of write-ahead log so far: smaller than seen before means that an older copy of the files was put back. */
  readonly walBytes: number
}

export async function findDatabaseIdentity(sql: Sql): Promise<DatabaseIdentity> {
  const [row] = await sql<DatabaseIdentity[]>`
    select (select system_identifier::text from pg_control_system()) as "systemIdentifier",
      (select timeline_id from pg_control_checkpoint()) as timeline,
      (select oid::int8 from pg_database where datname = current_database()) as "databaseOid",
      'packs'::regclass::oid::int8 as "packsOid",
      (pg_current_wal_insert_lsn() - '0/0')::int8 as "walBytes"`
  if (row === undefined) throw new RangeError('a select without from answers one row')
  return row
}

/** False when `now` may lack what `before` had: packs must then be compared with the object store. */
export function isSameDatabase(before: DatabaseIdentity, now: DatabaseIdentity): boolean {
  return (
    before.systemIdentifier === now.systemIdentifier &&
    before.timeline === now.timeline &&
    before.databaseOid === now.databaseOid &&
    before.packsOid === now.packsOid &&
    before.walBytes <= now.walBytes
  )
}
