import type { Transaction } from '@vna/database'
import type { HeaderVariant } from './read-locked-study.ts'

export async function insertHeaderVariants(
  tx: Transaction,
  studyId: number,
  variants: readonly HeaderVariant[],
): Promise<void> {
  if (variants.length === 0) return
  await tx`
    insert into header_variants (study_id, series_id, no, header, entity_id)
    select ${studyId}::bigint, r."seriesId", r.no, r.header, r."entityId"
    from json_to_recordset(${JSON.stringify(variants)}::text::json) as r ("seriesId" bigint, no smallint, header jsonb,
      "entityId" smallint)
    on conflict do nothing`
}
