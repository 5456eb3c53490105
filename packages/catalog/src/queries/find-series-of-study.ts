import type { Transaction } from '../database/open-database.ts'
import type { SeriesAttributes } from '../header/series-attributes.ts'

export interface KnownSeries {
  readonly id: number
  readonly seriesInstanceUid: string
  readonly headerNo: number
  readonly attributes: SeriesAttributes
}

/** The series of a study among the given UIDs, and all that have several headers. */
export async function findSeriesOfStudy(
  tx: Transaction,
  studyInstanceUid: string,
  seriesInstanceUids: readonly string[],
): Promise<readonly KnownSeries[]> {
  const rows = await tx<({ id: number; seriesInstanceUid: string; headerNo: number } & SeriesAttributes)[]>`
    select e.id, e.series_instance_uid as "seriesInstanceUid", e.header_no as "headerNo", e.modality,
      e.series_number as "seriesNumber", e.description, e.body_part as "bodyPart", e.laterality,
      e.station_name as "stationName", e.institution_name as "institutionName", e.protocol_name as "protocolName",
      e.performed_start_date as "performedStartDate", e.performed_start_time as "performedStartTime",
      e.request_attributes as "requestAttributes"
    from studies s join series e on e.study_id = s.id
    where md5(s.study_instance_uid)::uuid = md5(${studyInstanceUid})::uuid
      and (e.series_instance_uid in (
          select jsonb_array_elements_text(${JSON.stringify(seriesInstanceUids)}::text::jsonb))
        or e.id in (select v.series_id from header_variants v where v.study_id = s.id))`
  return rows.map(({ id, seriesInstanceUid, headerNo, ...attributes }) => ({
    id,
    seriesInstanceUid,
    headerNo,
    attributes,
  }))
}
