import type { Sql } from '@vna/database'
import type { LinkState } from '@vna/fse'

export type LinkCounts = Readonly<Record<LinkState, number>>

const none: LinkCounts = { LINKED: 0, REVIEW: 0, REJECTED_CONFLICT: 0, UNLINKED: 0, SUPERSEDED: 0 }

/**
 * Links by state, for metrics. What a person has to look at is always exact (it has an index of its own); the others are
 * estimated from one page in a hundred once there are more than `exactBelow`, so that nobody counts them all for ever.
 */
export async function countLinks(sql: Sql, exactBelow = 100_000): Promise<LinkCounts> {
  const [table] = await sql<{ rows: number }[]>`
    select greatest(reltuples, 0)::int8 as rows from pg_class where oid = 'links'::regclass`
  const isExact = (table?.rows ?? 0) < exactBelow
  const others = isExact
    ? sql`select state, 1 as weight from links`
    : sql`select state, 100 as weight from links tablesample system (1)`
  const rows = await sql<{ state: LinkState; count: number }[]>`
    select state, sum(weight)::int8 as count from (${others}) l
      where state not in ('REVIEW', 'REJECTED_CONFLICT') group by state
    union all
    select state, count(*)::int8 from links where state in ('REVIEW', 'REJECTED_CONFLICT') group by state`
  return { ...none, ...Object.fromEntries(rows.map(({ state, count }) => [state, count])) }
}
