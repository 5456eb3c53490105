import { createHash } from 'node:crypto'
import type { Transaction } from '@vna/database'
import type { NewReport } from './report.ts'
import type { ChainMember } from './report-chain.ts'

/** The other versions of a report that are known, in whatever order they came. Each part is a look-up by an index. */
export async function readChain(
  tx: Transaction,
  { origin, facts }: Pick<NewReport, 'origin' | 'facts'>,
): Promise<readonly ChainMember[]> {
  // An addendum stands beside what it completes.
  const setId = facts.appends.length > 0 ? null : (facts.setId ?? null)
  const own = digestOf(facts.uniqueId)
  // As one text: a list of unknown length would be planned as a hundred names, and read the table.
  const named = [own, ...facts.replaces.map(digestOf)].join(' ')
  // A message without a document takes back what came under its number, whichever of the two came first.
  const aliases = facts.withdrawn === true ? [] : (facts.aliases ?? [])
  const ownNames = facts.withdrawn === true ? [facts.uniqueId, facts.setId ?? facts.uniqueId] : []
  return tx<ChainMember[]>`
    select distinct on (r.id) r.id, r.state, r.version, r.facts ->> 'createdAt' as "createdAt",
      r.received_at as "receivedAt", r.visibility <> 0 as "isHidden", c.relation
    from (
      select r.id, case when md5(r.unique_id)::uuid = ${own}::uuid then 3 else 1 end as rank,
        case when md5(r.unique_id)::uuid = ${own}::uuid then 'same-id'
          when starts_with(${facts.uniqueId}, r.unique_id || '#') then 'corrected' else 'replaced' end as relation
      from reports r
      where r.origin = ${origin} and md5(r.unique_id)::uuid = any(string_to_array(${named}, ' ')::uuid[])
      union all
      select k.report_id, 2,
        case when starts_with(r.unique_id, ${facts.uniqueId} || '#') then 'correcting' else 'replacing' end
      from report_keys k join reports r on r.id = k.report_id
      where k.kind = 'replaces' and k.value = ${facts.uniqueId}
      union all
      select r.id, 4, 'same-set' from reports r
      where r.origin = ${origin} and r.set_id = ${setId} and r.facts -> 'appends' = '[]'::jsonb
      union all
      select k.report_id, 5, 'same-carrier' from report_keys k
      where k.kind = 'alias' and k.value = any(array(select left(value, 256) from json_array_elements_text(${JSON.stringify(ownNames)}::text::json)))
      union all
      select r.id, 5, 'same-carrier' from reports r
      where r.origin = ${origin} and md5(r.unique_id)::uuid = any(string_to_array(${aliases.map(digestOf).join(' ')}, ' ')::uuid[])
        and r.facts -> 'withdrawn' = 'true'::jsonb
      union all
      select r.id, 5, 'same-carrier' from reports r
      where r.origin = ${origin} and r.set_id is not null and r.set_id = any(array(select value from json_array_elements_text(${JSON.stringify(aliases)}::text::json)))
        and r.facts -> 'withdrawn' = 'true'::jsonb) c
      join reports r on r.id = c.id and r.origin = ${origin}
    order by r.id, c.rank`
}

/** Whether a report that the given one completes is hidden. */
export async function isAddendumToHidden(
  tx: Transaction,
  { origin, facts }: Pick<NewReport, 'origin' | 'facts'>,
): Promise<boolean> {
  if (facts.appends.length === 0) return false
  const completed = facts.appends.map(digestOf).join(' ')
  const [row] = await tx<{ found: boolean }[]>`
    select exists (select from reports r where r.origin = ${origin} and r.visibility <> 0
      and md5(r.unique_id)::uuid = any(string_to_array(${completed}, ' ')::uuid[])) as found`
  return row?.found === true
}

/** Ids of the reports that the given one completes. */
export async function readAppended(
  tx: Transaction,
  { origin, facts }: Pick<NewReport, 'origin' | 'facts'>,
): Promise<readonly string[]> {
  if (facts.appends.length === 0) return []
  const completed = facts.appends.map(digestOf).join(' ')
  const rows = await tx<{ id: string }[]>`select r.id from reports r where r.origin = ${origin}
    and md5(r.unique_id)::uuid = any(string_to_array(${completed}, ' ')::uuid[])`
  return rows.map(({ id }) => id)
}

/** As the index on unique ids has it. */
function digestOf(uniqueId: string): string {
  return createHash('md5').update(uniqueId).digest('hex')
}
