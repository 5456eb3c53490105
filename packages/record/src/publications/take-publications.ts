import type { Sql } from '@vna/database'
import { rebuildLock, runQuery, runTransaction } from '@vna/database'
import { publicationLimits } from './limits.ts'

export type PublicationState =
  | 'PENDING'
  | 'UNRESOLVED'
  | 'BUILT'
  | 'REGISTERED'
  | 'WITHDRAWN'
  | 'FAILED_RETRYABLE'
  | 'FAILED_BLOCKING'

/** A study to be worked on by whoever took it, until its lease ends. */
export interface TakenPublication {
  readonly studyInstanceUid: string
  readonly state: PublicationState
  readonly attempts: number
  /** Ask the registry itself what it holds. */
  readonly verify: boolean
}

/**
 * Takes what is due, and what somebody took and left (a crash); two callers never take the same. Nothing while the catalog is
 * being rebuilt.
 */
export async function takePublications(
  sql: Sql,
  o: { limit: number; leaseMs: number },
): Promise<readonly TakenPublication[]> {
  const limit = Math.min(o.limit, publicationLimits.maxPerTake)
  return runTransaction(sql, async (tx) => {
    return tx<TakenPublication[]>`
      with free as materialized (select pg_try_advisory_xact_lock_shared(${rebuildLock}::int) as is_free),
      due as (
        select study_instance_uid from publications
        where (select is_free from free) and due_at <= clock_timestamp() and leased_until is null
        order by due_at limit ${limit}::int for update skip locked),
      left_over as (
        select study_instance_uid from publications
        where (select is_free from free) and leased_until < clock_timestamp()
        order by leased_until limit ${limit}::int for update skip locked),
      taken as (select * from due union all select * from left_over)
      update publications p
      set due_at = null, leased_until = clock_timestamp() + ${o.leaseMs}::int * interval '1 millisecond',
        -- Somebody died with it: what was sent is not known.
        verify = p.verify or p.leased_until is not null and p.state in ('BUILT', 'FAILED_RETRYABLE')
      from taken where p.study_instance_uid = taken.study_instance_uid
      returning p.study_instance_uid as "studyInstanceUid", p.state, p.attempts, p.verify`
  })
}

/** Keeps the leases of work that goes on. */
export async function renewPublications(
  sql: Sql,
  studyInstanceUids: readonly string[],
  leaseMs: number,
): Promise<void> {
  if (studyInstanceUids.length === 0) return
  await runQuery(async () => {
    await sql`
      update publications set leased_until = clock_timestamp() + ${leaseMs}::int * interval '1 millisecond'
      where leased_until is not null and study_instance_uid = any (
        array(select value from json_array_elements_text(${JSON.stringify(studyInstanceUids)}::text::json)))`
  })
}

/** Marks studies for another look; `verify`: also at what the registry holds. Only those that were stable once. */
export async function wakePublications(
  sql: Sql,
  o: { studyInstanceUids: readonly string[]; verify: boolean },
): Promise<number> {
  if (o.studyInstanceUids.length === 0) return 0
  return runQuery(async () => {
    const rows = await sql`
      update publications set due_at = clock_timestamp(), dirty_since = coalesce(dirty_since, clock_timestamp()),
        verify = verify or ${o.verify}, attempts = 0
      where study_instance_uid = any (
        array(select value from json_array_elements_text(${JSON.stringify(o.studyInstanceUids)}::text::json)))`
    return rows.count
  })
}
