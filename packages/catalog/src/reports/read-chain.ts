import type { Transaction } from '../database/open-database.ts'
import type { NewReport } from './report.ts'
import type { ChainMember } from './report-chain.ts'

/** The other versions of a report that are known, in whatever order they came. */
export async function readChain(
  tx: Transaction,
  { origin, facts }: Pick<NewReport, 'origin' | 'facts'>,
): Promise<readonly ChainMember[]> {
  // An addendum stands beside what it completes.
  const setId = facts.appends.length > 0 ? null : (facts.setId ?? null)
  return tx<ChainMember[]>`
    select distinct on (r.id) r.id, r.state, r.version, r.facts ->> 'createdAt' as "createdAt",
      r.received_at as "receivedAt", c.relation
    from (
      select r.id, 1 as rank, 'replaced' as relation
      from json_array_elements_text(${JSON.stringify(facts.replaces)}::text::json) as t (value)
        join reports r on r.origin = ${origin} and md5(r.unique_id)::uuid = md5(t.value)::uuid
      union all
      select k.report_id, 2, 'replacing' from report_keys k join reports r on r.id = k.report_id
      where k.kind = 'replaces' and k.value = ${facts.uniqueId} and r.origin = ${origin}
      union all
      select r.id, 3, 'same-id' from reports r
      where r.origin = ${origin} and md5(r.unique_id)::uuid = md5(${facts.uniqueId})::uuid
      union all
      select r.id, 4, 'same-set' from reports r
      where r.origin = ${origin} and r.set_id = ${setId} and r.facts -> 'appends' = '[]'::jsonb) c
      join reports r on r.id = c.id
    order by r.id, c.rank`
}
