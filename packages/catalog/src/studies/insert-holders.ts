import type { Transaction } from '@vna/database'

export interface Holder {
  readonly entityId: number
  readonly sinceMs: number
}

/** Notes who sent instances of a study, keeping the earliest time. */
export async function insertHolders(tx: Transaction, studyId: number, holders: readonly Holder[]): Promise<void> {
  if (holders.length === 0) return
  const text = JSON.stringify(holders.map(({ entityId, sinceMs }) => ({ e: entityId, at: new Date(sinceMs) })))
  await tx`
    insert into holders as h (study_id, entity_id, role, since)
    select ${studyId}::bigint, r.e, 0, min(r.at)
    from json_to_recordset(${text}::text::json) as r (e smallint, at timestamptz)
    group by r.e
    order by r.e
    on conflict (study_id, entity_id, role) do update set since = excluded.since where excluded.since < h.since`
}
