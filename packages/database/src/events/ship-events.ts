import { callersWork, unwrapCallersWork } from '../callers-work.ts'
import type { Sql } from '../connect.ts'
import { databaseLimits } from '../limits.ts'
import { runTransaction } from '../run-transaction.ts'
import { type CatalogEvent, findPendingEvents } from './find-pending-events.ts'
import { markEventsShipped } from './mark-events-shipped.ts'

const ledgerLock = 7_237_002

/**
 * Hands the pending events to `ship` and marks them when it is done; one shipper at a time in the whole house, the others
 * get 0 at once. A crash between shipping and marking ships them again under the same `seq`, by which a reader knows them.
 */
export async function shipEvents(sql: Sql, ship: (events: readonly CatalogEvent[]) => Promise<void>): Promise<number> {
  const shipped = async () =>
    runTransaction(sql, async (tx) => {
      const [lock] = await tx<{ held: boolean }[]>`select pg_try_advisory_xact_lock(${ledgerLock}::int) as held`
      if (lock?.held !== true) return 0
      const events = await findPendingEvents(tx, databaseLimits.maxEventsPerShipment)
      if (events.length === 0) return 0
      await callersWork(() => ship(events))
      await markEventsShipped(
        tx,
        events.map(({ seq }) => seq),
      )
      return events.length
    })
  return unwrapCallersWork(shipped)
}
