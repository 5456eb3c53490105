import type { Transaction } from '@vna/database'

export async function isPackKnown(
  tx: Transaction,
  pack: { readonly segmentId: string; readonly journalId: string },
): Promise<boolean> {
  const rows = await tx`
    select from packs k join journals j on j.id = k.journal_id
    where k.segment_id = ${pack.segmentId} and j.code = ${pack.journalId}`
  return rows.count > 0
}
