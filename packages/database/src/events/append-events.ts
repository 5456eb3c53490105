import type { Sql, Transaction } from '../connect.ts'

export interface NewEvent {
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** Appends decisions, in the transaction of what they decide where one is given. Returns their sequence numbers. */
export async function appendEvents(sql: Sql | Transaction, events: readonly NewEvent[]): Promise<readonly number[]> {
  if (events.length === 0) return []
  const rows = await sql<{ seq: number }[]>`
    insert into events (type, payload)
    select r.type, r.payload
    from rows from (json_to_recordset(${JSON.stringify(events)}::text::json) as (type text, payload jsonb))
      with ordinality as r (type, payload, place)
    order by r.place
    returning seq`
  return rows.map(({ seq }) => seq)
}
