import type { Transaction } from '@vna/database'
import type { SeriesAttributes } from '../header/series-attributes.ts'

export interface SeriesHeaderUpdate {
  readonly id: number
  readonly headerNo: number
  readonly attributes: SeriesAttributes
}

export async function updateSeriesHeaders(
  tx: Transaction,
  studyId: number,
  updates: readonly SeriesHeaderUpdate[],
): Promise<void> {
  if (updates.length === 0) return
  const text = JSON.stringify(updates.map(({ attributes, ...rest }) => ({ ...attributes, ...rest })))
  await tx`
    update series e
    set header_no = r."headerNo", modality = r.modality, series_number = r."seriesNumber", description = r.description,
      body_part = r."bodyPart", laterality = r.laterality, station_name = r."stationName",
      institution_name = r."institutionName", protocol_name = r."protocolName",
      performed_start_date = r."performedStartDate", performed_start_time = r."performedStartTime",
      request_attributes = r."requestAttributes"
    from json_to_recordset(${text}::text::json) as r (id bigint, "headerNo" smallint, modality text, "seriesNumber" int,
      description text, "bodyPart" text, laterality text, "stationName" text, "institutionName" text,
      "protocolName" text, "performedStartDate" text, "performedStartTime" text, "requestAttributes" jsonb)
    where e.study_id = ${studyId}::bigint and e.id = r.id`
}
