import type { Transaction } from '@vna/database'

/** Moves the moment at which a study counts as stable to `stableMs` from now, never earlier than it was; not `isMoved`: sets it. */
export async function putDueStudy(
  tx: Transaction,
  studyId: number,
  { stableMs, isMoved }: { readonly stableMs: number; readonly isMoved: boolean },
): Promise<void> {
  await tx`
    insert into due_studies as d (study_id, stable_at)
    values (${studyId}::bigint, clock_timestamp() + ${stableMs}::int * interval '1 millisecond')
    on conflict (study_id) do update set stable_at = greatest(d.stable_at, excluded.stable_at)
      where ${isMoved}`
}
