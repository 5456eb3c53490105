import type { Transaction } from '../database/open-database.ts'

/** Notes who sent instances of a study, keeping the earliest time. */
export async function insertHolders(
  tx: Transaction,
  studyId: number,
  holders: readonly { readonly entityId: number; readonly sinceMs: number }[],
): Promise<void> {
  const text = JSON.stringify(holders.map(({ entityId, sinceMs }) => ({ e: entityId, at: new Date(sinceMs) })))
  await tx`
    insert into holders as h (study_id, entity_id, role, since)
    select ${studyId}::bigint, r.e, 0, r.at
    from json_to_recordset(${text}::text::json) as r (e smallint, at timestamptz)
    order by r.e
    on conflict (study_id, entity_id, role) do update set since = excluded.since where excluded.since < h.since`
}
