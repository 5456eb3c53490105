import type { Transaction } from '@vna/database'

export async function addToSeriesCounts(
  tx: Transaction,
  studyId: number,
  deltas: ReadonlyMap<string, number>,
): Promise<void> {
  const rows = [...deltas].filter(([, delta]) => delta !== 0).map(([uid, delta]) => ({ uid, delta }))
  if (rows.length === 0) return
  await tx`
    update series e set number_of_instances = e.number_of_instances + r.delta
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r (uid text, delta int)
    where e.series_instance_uid = r.uid and e.study_id = ${studyId}::bigint`
}
