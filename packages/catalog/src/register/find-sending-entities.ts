import type { Transaction } from '@vna/database'
import type { SendingEntity } from './prepared-instance.ts'

export async function findSendingEntities(
  tx: Transaction,
  codes: readonly string[],
): Promise<ReadonlyMap<string, SendingEntity>> {
  const rows = await tx<SendingEntity[]>`
    select e.id, e.code, e.study_stable_ms as "studyStableMs",
      coalesce((
        select jsonb_agg(jsonb_build_object(
          'sinceMs', floor(extract(epoch from p.since) * 1000), 'duplicatePolicy', p.duplicate_policy) order by p.since desc)
        from entity_policies p where p.entity_id = e.id), '[]'::jsonb) as policies
    from entities e
    where e.code in (select jsonb_array_elements_text(${JSON.stringify(codes)}::text::jsonb))`
  return new Map(rows.map((row) => [row.code, row]))
}
