import type { Transaction } from '@vna/database'

export interface DefiningHeader {
  /** 0 for the study itself. */
  readonly seriesId: number
  readonly no: number
}

/**
 * Which header a study and its series show: that of the first current instance, those of the owning entity before any
 * other; a series without a current instance, which only its sender sees, that of the first of the rest. Reads every row
 * of the study, hence asked only where headers differ.
 */
export async function findDefiningHeaders(
  tx: Transaction,
  studyId: number,
  ownerEntityId: number,
): Promise<readonly DefiningHeader[]> {
  return tx<DefiningHeader[]>`
    with ranked as (
      select i.series_id, i.study_header_no, i.series_header_no,
        row_number() over (order by not i.current, i.entity_id <> ${ownerEntityId}::smallint, i.received_at, k.segment_id,
          i.offset_blocks) as rank
      from instances i join packs k on k.id = i.pack_id
      where i.study_id = ${studyId}::bigint)
    (select 0::bigint as "seriesId", study_header_no as no from ranked order by rank limit 1)
    union all
    (select distinct on (series_id) series_id, series_header_no from ranked order by series_id, rank)`
}
