import type { Sql } from '@vna/database'
import { runQuery } from '@vna/database'
import { publicationLimits } from './limits.ts'
import { type ManifestRow, type ManifestState, manifestRowOf } from './manifest-row.ts'
import type { PublicationState } from './take-publications.ts'

export interface ListedPublication {
  readonly studyInstanceUid: string
  readonly state: PublicationState
  readonly version: number
  readonly attempts: number
  readonly dueAt: Date | null
  readonly dirtySince: Date | null
  /** The registry's own words. */
  readonly lastError: string | null
}

export interface PublicationFilter {
  readonly state?: PublicationState | undefined
  readonly studyInstanceUid?: string | undefined
  /** Those after this UID, for the next page. */
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

/**
 * By Study Instance UID. Of a hidden study there is nothing to tell, unless its withdrawal is refused: somebody has to look
 * at that, for others still see what they should not. One that failed before it was hidden is due again, and not told of.
 */
export async function listPublications(sql: Sql, filter: PublicationFilter): Promise<readonly ListedPublication[]> {
  const limit = Math.min(filter.limit ?? publicationLimits.maxListed, publicationLimits.maxListed)
  return runQuery(async () => {
    return sql<ListedPublication[]>`
      select study_instance_uid as "studyInstanceUid", state, version, attempts, due_at as "dueAt",
        dirty_since as "dirtySince", last_error as "lastError"
      from publications
      where (${filter.state ?? null}::text is null or state = ${filter.state ?? null})
        and (${filter.studyInstanceUid ?? null}::text is null or study_instance_uid = ${filter.studyInstanceUid ?? null})
        and study_instance_uid > ${filter.after ?? ''}
        and (state = 'FAILED_BLOCKING' and due_at is null and leased_until is null or not exists (
          select from visibility_decisions d
          where d.kind = 'study' and d.id = study_instance_uid and d.visibility <> 0))
      order by study_instance_uid limit ${limit}::int`
  })
}

/** Whether any of the study is registered, shown or not. */
export async function isStudyThere(sql: Sql, studyInstanceUid: string): Promise<boolean> {
  const [row] = await runQuery(
    async () => sql<{ found: boolean }[]>`
      select exists (select from studies s
        where md5(s.study_instance_uid)::uuid = md5(${studyInstanceUid})::uuid) as found`,
  )
  return row?.found === true
}

/**
 * Nothing proves whose study it is, nothing of it was ever registered, and its holders speak of different persons: nothing is
 * published. What was registered, or may have been by now, is the proof from then on.
 */
export async function isDisputed(sql: Sql, studyInstanceUid: string): Promise<boolean> {
  const [row] = await runQuery(
    async () => sql<{ found: boolean }[]>`
      select exists (
        select from holder_studies o join holder_studies h on h.id = o.id and h.agreement = 3
        where md5(o.study_instance_uid)::uuid = md5(${studyInstanceUid})::uuid and o.agreement = 0 and o.proof = 0
          and not exists (select from manifests m
            where m.study_instance_uid = ${studyInstanceUid} and (m.registered_at is not null or m.state = 'BUILT'))) as found`,
  )
  return row?.found === true
}

/** All versions of a study, oldest first. */
export async function listManifests(sql: Sql, studyInstanceUid: string): Promise<readonly ManifestRow[]> {
  const rows = await runQuery(
    async () => sql`select * from manifests where study_instance_uid = ${studyInstanceUid} order by version`,
  )
  return rows.map(manifestRowOf)
}

export async function findManifest(sql: Sql, manifestUid: string): Promise<ManifestRow | undefined> {
  const [row] = await runQuery(async () => sql`select * from manifests where manifest_uid = ${manifestUid}`)
  return row === undefined ? undefined : manifestRowOf(row)
}

export interface ManifestStatus {
  readonly id: number
  readonly studyInstanceUid: string
  readonly manifestUid: string
  readonly state: ManifestState
  /** Work on the study is due or under way: its record is about to change. */
  readonly isBusy: boolean
}

/** What our record says of manifests, by the order in which they were made; `after` goes on behind an id. */
export async function listManifestStates(sql: Sql, after: number, limit: number): Promise<readonly ManifestStatus[]> {
  return runQuery(async () => {
    return sql<ManifestStatus[]>`
      select m.id, m.study_instance_uid as "studyInstanceUid", m.manifest_uid as "manifestUid", m.state,
        coalesce(p.due_at is not null or p.leased_until is not null, false) as "isBusy"
      from manifests m left join publications p on p.study_instance_uid = m.study_instance_uid
      where m.id > ${after}::bigint order by m.id limit ${limit}::int`
  })
}

/** Studies whose registered state is older than it should be. */
export async function countDivergence(sql: Sql, olderThanMs: number): Promise<number> {
  return runQuery(async () => {
    const [row] = await sql<{ count: number }[]>`
      select count(*)::int as count from publications
      where dirty_since < clock_timestamp() - ${olderThanMs}::int * interval '1 millisecond'`
    return row?.count ?? 0
  })
}

/** Studies that nobody's record receives because their person is not known, by the entity that sent them. */
export async function countUnresolved(
  sql: Sql,
  entityCode?: string | undefined,
): Promise<readonly { readonly entityCode: string; readonly studies: number }[]> {
  return runQuery(async () => {
    return sql<{ entityCode: string; studies: number }[]>`
      select n.code as "entityCode", count(*)::int as studies
      from publications p
        join studies s on md5(s.study_instance_uid)::uuid = md5(p.study_instance_uid)::uuid
        join entities n on n.id = s.owner_entity_id
      where p.state = 'UNRESOLVED' and s.visibility = 0 and (${entityCode ?? null}::text is null or n.code = ${entityCode ?? null})
      group by n.code order by n.code`
  })
}
