import type { Sql } from '@vna/database'

export type CountedDictionary = 'uids' | 'issuers' | 'entities' | 'journals'

export interface CatalogCounts {
  readonly studies: { readonly receiving: number; readonly stable: number; readonly hidden: number }
  readonly quarantined: readonly { readonly reason: string; readonly count: number }[]
  /** Studies whose holders speak of different persons. */
  readonly conflicts: number
  readonly packs: number
  readonly packBytes: number
  readonly pendingEvents: number
  /** Share of the numbers of each dictionary that is given out, 0 to 1. */
  readonly dictionaries: readonly { readonly dictionary: CountedDictionary; readonly usedRatio: number }[]
  readonly lastReceived: readonly { readonly entityCode: string; readonly at: Date }[]
}

/**
 * What metrics show. Totals of large tables come from the planner's statistics once these pass `exactBelow` rows, so that a
 * scrape never counts a hundred million rows; the small ones (receiving, hidden, quarantined) are always exact.
 */
export async function countContents(sql: Sql, exactBelow = 100_000): Promise<CatalogCounts> {
  const [[totals], quarantined, dictionaries, lastReceived] = await Promise.all([
    sql<
      {
        receiving: number
        hidden: number
        studies: number
        packs: number
        packBytes: number
        pending: number
        conflicts: number
      }[]
    >`
      with estimate as (
        select (select greatest(reltuples, 0)::int8 from pg_class where oid = 'studies'::regclass) as studies,
          (select greatest(reltuples, 0)::int8 from pg_class where oid = 'packs'::regclass) as packs)
      select (select count(*) from due_studies)::int8 as receiving,
        (select count(*) from studies where visibility <> 0)::int8 as hidden,
        case when estimate.studies < ${exactBelow}::int8 then (select count(*) from studies) else estimate.studies end
          as studies,
        case when estimate.packs < ${exactBelow}::int8 then (select count(*) from packs) else estimate.packs end as packs,
        case when estimate.packs < ${exactBelow}::int8 then (select coalesce(sum(size_bytes), 0) from packs)::int8
          else (estimate.packs * (select coalesce(avg(size_bytes), 0) from packs tablesample system (1)))::int8 end
          as "packBytes",
        (select count(distinct id) from holder_studies where agreement = 3)::int8 as conflicts,
        (select count(*) from events where shipped_at is null)::int8 as pending
      from estimate`,
    sql<{ reason: string; count: number }[]>`
      select reason, count(*)::int8 as count from quarantine where resolved_at is null group by reason order by reason`,
    sql<{ dictionary: CountedDictionary; usedRatio: number }[]>`
      select 'uids' as dictionary, coalesce(max(id), 0) / 32767.0::float8 as "usedRatio" from uids
      union all select 'issuers', coalesce(max(id), 0) / 2147483647.0::float8 from issuers
      union all select 'entities', coalesce(max(id), 0) / 32767.0::float8 from entities
      union all select 'journals', coalesce(max(id), 0) / 32767.0::float8 from journals`,
    sql<{ entityCode: string; at: Date }[]>`
      select e.code as "entityCode", t.ended_at as at
      from entities e, lateral (
        select ended_at from transmissions where entity_id = e.id and direction = 'in' and instances > 0
        order by started_at desc limit 1) t
      order by e.code`,
  ])
  const counts = totals ?? { receiving: 0, hidden: 0, studies: 0, packs: 0, packBytes: 0, pending: 0, conflicts: 0 }
  return {
    studies: {
      receiving: counts.receiving,
      stable: Math.max(0, counts.studies - counts.receiving),
      hidden: counts.hidden,
    },
    quarantined,
    dictionaries,
    conflicts: counts.conflicts,
    packs: counts.packs,
    packBytes: counts.packBytes,
    pendingEvents: counts.pending,
    lastReceived,
  }
}
