import type { Sql, Transaction } from '@vna/database'
import { runQuery } from '@vna/database'
import { publicationLimits } from './limits.ts'
import type { PublicationState } from './take-publications.ts'

/** Ends the work on a study with the state it reached. What changed in the meantime stays due. */
export async function settlePublication(
  sql: Sql | Transaction,
  studyInstanceUid: string,
  state: Extract<PublicationState, 'REGISTERED' | 'UNRESOLVED' | 'WITHDRAWN'>,
): Promise<void> {
  await sql`
    update publications set state = ${state}, leased_until = null, attempts = 0, last_error = null,
      dirty_since = case when due_at is null then null else dirty_since end,
      verify = case when due_at is null then false else verify end,
      version = coalesce((select max(version) from manifests m
        where m.study_instance_uid = ${studyInstanceUid} and m.registered_at is not null), 0)
    where study_instance_uid = ${studyInstanceUid}`
}

/** Its packs are not registered yet (a catalog being rebuilt): it stays as it is, and is due again once it is stable. */
export async function leavePublication(sql: Sql, studyInstanceUid: string): Promise<void> {
  await runQuery(async () => {
    await sql`
      update publications set leased_until = null, dirty_since = case when due_at is null then null else dirty_since end
      where study_instance_uid = ${studyInstanceUid}`
  })
}

export interface PublicationFailure {
  readonly studyInstanceUid: string
  readonly kind: 'retryable' | 'blocking'
  /** The registry's own words, or ours; for the operator only. */
  readonly text: string
  readonly retryAfterMs: number
  /** Whether the registry may have done it all the same. */
  readonly verify: boolean
}

/** A blocking failure stays out of line until an operator or a change of the study asks for it again. */
export async function failPublication(sql: Sql, failure: PublicationFailure): Promise<void> {
  const isBlocking = failure.kind === 'blocking'
  await runQuery(async () => {
    await sql`
      update publications set leased_until = null, attempts = attempts + 1,
        state = ${isBlocking ? 'FAILED_BLOCKING' : 'FAILED_RETRYABLE'},
        last_error = ${failure.text.slice(0, publicationLimits.maxErrorChars).replaceAll('\u0000', '')},
        verify = verify or ${failure.verify},
        due_at = case when ${isBlocking} then due_at else
          coalesce(due_at, clock_timestamp() + ${Math.round(failure.retryAfterMs)}::int * interval '1 millisecond') end
      where study_instance_uid = ${failure.studyInstanceUid}`
  })
}

/** Gives back what was taken, for somebody else or later. */
export async function releasePublications(sql: Sql, studyInstanceUids: readonly string[]): Promise<void> {
  if (studyInstanceUids.length === 0) return
  await runQuery(async () => {
    await sql`
      update publications set leased_until = null, due_at = coalesce(due_at, clock_timestamp())
      where leased_until is not null and study_instance_uid = any (
        array(select value from json_array_elements_text(${JSON.stringify(studyInstanceUids)}::text::json)))`
  })
}
