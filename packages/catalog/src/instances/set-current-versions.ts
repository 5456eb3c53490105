import type { Transaction } from '@vna/database'

export async function setCurrentVersions(
  tx: Transaction,
  studyId: number,
  changes: readonly { readonly sopHash: number; readonly version: number; readonly current: boolean }[],
): Promise<void> {
  if (changes.length === 0) return
  await tx`
    update instances i set current = r.current
    from json_to_recordset(${JSON.stringify(changes)}::text::json) as r ("sopHash" int, version smallint,
      current boolean)
    where i.study_id = ${studyId}::bigint and i.sop_hash = r."sopHash" and i.version = r.version`
}
