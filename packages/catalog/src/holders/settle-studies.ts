import type { Sql, Transaction } from '@vna/database'
import { runTransaction } from '@vna/database'
import { catalogLimits } from '../limits.ts'
import { putDueStudy } from '../studies/put-due-study.ts'
import type { SamePerson } from './judge-holders.ts'
import { settleStudy } from './settle-study.ts'
import { writeHolderRows } from './write-holder-rows.ts'

/**
 * Judges shared studies again whose orders, identities or UID roots changed, one transaction each. Returns how many; what somebody
 * is registering into is left for the next time.
 */
export async function settleStudies(
  sql: Sql,
  options: { readonly samePerson: SamePerson; readonly stableMs: number },
): Promise<number> {
  let settled = 0
  while (settled < catalogLimits.maxStudiesPerTake) {
    const isDone = await runTransaction(sql, async (tx) => {
      const [study] = await tx<{ id: number; uid: string; state: number }[]>`
        select s.id, s.study_instance_uid as uid, s.state from studies s join unsettled_studies u on u.study_id = s.id
        order by s.id limit 1 for update of s skip locked`
      if (study === undefined) return true
      await tx`delete from unsettled_studies where study_id = ${study.id}::bigint`
      await settleAnew(tx, study, options)
      return false
    })
    if (isDone) break
    settled++
  }
  return settled
}

/** With the rows of every holder, which a database from before they were kept does not have. */
async function settleAnew(
  tx: Transaction,
  study: { readonly id: number; readonly uid: string; readonly state: number },
  { samePerson, stableMs }: { readonly samePerson: SamePerson; readonly stableMs: number },
): Promise<void> {
  const holders = await tx<{ entityId: number }[]>`
    select entity_id as "entityId" from holders where study_id = ${study.id}::bigint and role = 0`
  if (holders.length === 0) return
  await writeHolderRows(
    tx,
    study.id,
    holders.map(({ entityId }) => entityId),
  )
  const { isChanged } = await settleStudy(tx, { id: study.id, studyInstanceUid: study.uid, touched: 'all' }, samePerson)
  if (!isChanged) return
  await tx`update studies set revision = revision + ${study.state}::int, state = 0 where id = ${study.id}::bigint`
  await putDueStudy(tx, study.id, { stableMs, isMoved: false })
}
