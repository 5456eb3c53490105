import type { Transaction } from '../database/open-database.ts'

/**
 * Takes the row of a study for this transaction: whoever holds it may change its series and instances. False when there is
 * none. Only locks: a statement that also read would show joined rows as they were before it waited.
 */
export async function lockStudy(tx: Transaction, studyInstanceUid: string): Promise<boolean> {
  const rows =
    await tx`select from studies where md5(study_instance_uid)::uuid = md5(${studyInstanceUid})::uuid for update`
  return rows.count > 0
}
