import type { Transaction } from '@vna/database'
import type { HeaderVariant } from './read-locked-study.ts'

export async function insertHeaderVariants(
  tx: Transaction,
  studyId: number,
  variants: readonly HeaderVariant[],
): Promise<void> {
  if (variants.length === 0) return
  await tx`
    insert into header_variants (study_id, series_id, no, header)
    select ${studyId}::bigint, r."seriesId", r.no, r.header
    from json_to_recordset(${JSON.stringify(variants)}::text::json) as r ("seriesId" bigint, no smallint, header jsonb)
    on conflict do nothing`
}
