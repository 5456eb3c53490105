import { checkNewEvent, type NewLedgerEvent } from '@vna/ledger-events'
import type { Sql, Transaction } from '../connect.ts'

/**
 * Appends decisions, in the transaction of what they decide where one is given. Returns their sequence numbers. Throws
 * LedgerEventError for one that could not be replayed, and then nothing is decided.
 */
export async function appendEvents(
  sql: Sql | Transaction,
  events: readonly NewLedgerEvent[],
): Promise<readonly number[]> {
  if (events.length === 0) return []
  const checked = events.map(checkNewEvent)
  const rows = await sql<{ seq: number }[]>`
    insert into events (type, version, payload)
    select r.type, r.version, r.payload
    from rows from (json_to_recordset(${JSON.stringify(checked)}::text::json) as (type text, version int, payload jsonb))
      with ordinality as r (type, version, payload, place)
    order by r.place
    returning seq`
  return rows.map(({ seq }) => seq)
}
