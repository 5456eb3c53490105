import type { Transaction } from '@vna/database'

/**
 * Takes the rows of studies for this transaction, in the order every transaction takes them: whoever holds a study may change
 * its series and instances. Returns which of them there are. Only locks: a statement that also read would show joined rows
 * as they were before it waited.
 */
export async function lockStudies(tx: Transaction, studyInstanceUids: readonly string[]): Promise<ReadonlySet<string>> {
  if (studyInstanceUids.length === 0) return new Set()
  const rows = await tx<{ uid: string }[]>`
    select study_instance_uid as uid from studies
    where md5(study_instance_uid)::uuid = any (
      array(select md5(value)::uuid from json_array_elements_text(${JSON.stringify(studyInstanceUids)}::text::json)))
    order by study_instance_uid
    for update`
  return new Set(rows.map(({ uid }) => uid))
}
