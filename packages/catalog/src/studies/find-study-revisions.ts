import type { Sql, Transaction } from '@vna/database'

export async function findStudyRevisions(
  sql: Sql | Transaction,
  studyInstanceUids: readonly string[],
): Promise<readonly { studyInstanceUid: string; revision: number }[]> {
  return sql<{ studyInstanceUid: string; revision: number }[]>`
    select study_instance_uid as "studyInstanceUid", revision from studies
    where md5(study_instance_uid)::uuid in (
      select md5(value)::uuid from jsonb_array_elements_text(${JSON.stringify(studyInstanceUids)}::text::jsonb))
    order by study_instance_uid`
}
