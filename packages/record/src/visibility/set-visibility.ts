import type { Sql, Transaction } from '@vna/database'
import { appendEvents, runTransaction } from '@vna/database'
import { type VisibilityDecision, visibilityNumbers } from './visibility.ts'

/** True when this changed what was decided before; then also the event is written. */
export async function setVisibility(sql: Sql, decision: VisibilityDecision): Promise<boolean> {
  return runTransaction(sql, async (tx) => {
    const decidedAt = await putDecision(tx, decision)
    if (decidedAt === undefined) return false
    await showOrHide(tx, decision)
    const payload = { ...decision, at: decidedAt.toISOString() }
    await appendEvents(tx, [{ type: 'visibility-changed', payload }])
    return true
  })
}

/**
 * The moment is taken after the row is locked, so decisions about one thing have the order of their events. Milliseconds,
 * because that is what an event keeps. `undefined` when the decision is no other than the one in force.
 */
async function putDecision(tx: Transaction, decision: VisibilityDecision): Promise<Date | undefined> {
  const [row] = await tx<{ decidedAt: Date }[]>`
    insert into visibility_decisions as d (kind, id, visibility, decided_by, decided_at)
    values (${decision.kind}, ${decision.id}, ${visibilityNumbers[decision.visibility]}::smallint, ${decision.by},
      date_trunc('milliseconds', clock_timestamp()))
    on conflict (kind, id) do update set visibility = excluded.visibility, decided_by = excluded.decided_by,
      decided_at = greatest(d.decided_at, date_trunc('milliseconds', clock_timestamp()))
    where d.visibility <> excluded.visibility
    returning decided_at as "decidedAt"`
  return row?.decidedAt
}

/** Writes the decision to what it is about. What is being inserted in this moment is waited for. */
export async function showOrHide(tx: Transaction, decision: VisibilityDecision): Promise<void> {
  const isThere = await updateVisibility(tx, decision)
  if (isThere) return
  // The counterpart of decided_visibility(): afterwards whoever inserted is done, and whoever inserts next sees the decision.
  await tx`select pg_advisory_xact_lock(7237008, hashtext(${decision.id}) & 63)`
  await updateVisibility(tx, decision)
}

async function updateVisibility(tx: Transaction, { kind, id, visibility }: VisibilityDecision): Promise<boolean> {
  const value = visibilityNumbers[visibility]
  if (kind === 'report') {
    // Ids are compared as text of a uuid, so that what is no uuid is no error but absent.
    const { count } = await tx`
      update reports set visibility = ${value}::smallint
      where id = (select ${id}::uuid where pg_input_is_valid(${id}, 'uuid'))`
    return count > 0
  }
  const { count } = await tx`
    update studies set visibility = ${value}::smallint where md5(study_instance_uid)::uuid = md5(${id})::uuid`
  // A statement of its own: what a registration added meanwhile is seen now that the study is locked.
  await tx`
    update holder_studies set visibility = ${value}::smallint where md5(study_instance_uid)::uuid = md5(${id})::uuid`
  // What a registry says of the study has to follow.
  await tx`
    update publications set due_at = clock_timestamp(), dirty_since = coalesce(dirty_since, clock_timestamp())
    where study_instance_uid = ${id}`
  return count > 0
}
