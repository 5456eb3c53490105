import type { NewLedgerEvent } from '@vna/ledger-events'
import { connect, type DatabaseOptions, type Sql } from './connect.ts'
import { appendEvents } from './events/append-events.ts'
import { type CatalogEvent, findPendingEvents } from './events/find-pending-events.ts'
import { markEventsShipped } from './events/mark-events-shipped.ts'
import { shipEvents } from './events/ship-events.ts'
import { type DatabaseIdentity, findDatabaseIdentity } from './find-database-identity.ts'
import { databaseLimits } from './limits.ts'
import { migrateDatabase } from './migrate.ts'
import { type RebuildOptions, runRebuild } from './rebuild.ts'
import { runQuery } from './run-transaction.ts'

/** One database of this archive. Every method fails with CatalogError; `retryable` tells whether to try again. */
export interface Database {
  readonly sql: Sql
  migrate(): Promise<{ applied: readonly string[] }>
  /** Resolves when the database answers. */
  probe(): Promise<void>
  close(): Promise<void>
  findDatabaseIdentity(): Promise<DatabaseIdentity>
  /** Runs `work` as the only rebuild of this database; nothing is published or linked meanwhile. */
  rebuild<T>(work: () => Promise<T>, options?: RebuildOptions): Promise<T>

  appendEvents(events: readonly NewLedgerEvent[]): Promise<readonly number[]>
  pendingLedgerEvents(limit?: number): Promise<readonly CatalogEvent[]>
  markShipped(seqs: readonly number[]): Promise<void>
  shipEvents(ship: (events: readonly CatalogEvent[]) => Promise<void>): Promise<number>
}

export function openDatabase(options: DatabaseOptions): Database {
  const sql = connect(options)
  return {
    sql,
    migrate: () => migrateDatabase(sql),
    probe: () =>
      runQuery(async () => {
        await sql`select 1`
      }),
    close: () => sql.end({ timeout: databaseLimits.closeTimeoutSeconds }),
    findDatabaseIdentity: () => runQuery(() => findDatabaseIdentity(sql)),
    rebuild: (work, rebuildOptions) => runRebuild(sql, work, rebuildOptions),
    appendEvents: (events) => runQuery(() => appendEvents(sql, events)),
    pendingLedgerEvents: (limit = databaseLimits.maxEventsPerShipment) => runQuery(() => findPendingEvents(sql, limit)),
    markShipped: (seqs) => runQuery(() => markEventsShipped(sql, seqs)),
    shipEvents: (ship) => shipEvents(sql, ship),
  }
}
