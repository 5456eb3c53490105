import type { Transaction } from '@vna/database'
import type { SeriesAttributes } from '../header/series-attributes.ts'
import { uidHashOf } from '../uid-hash.ts'

export interface NewSeries {
  readonly seriesInstanceUid: string
  readonly numberOfInstances: number
  readonly attributes: SeriesAttributes
}

/** Adds series to a study this transaction holds, which has none with these UIDs; returns their ids by UID. */
export async function insertSeries(
  tx: Transaction,
  studyId: number,
  series: readonly NewSeries[],
): Promise<ReadonlyMap<string, number>> {
  if (series.length === 0) return new Map()
  const text = JSON.stringify(
    series.map(({ attributes, ...rest }) => ({ ...attributes, ...rest, uidHash: uidHashOf(rest.seriesInstanceUid) })),
  )
  const rows = await tx<{ id: number; uid: string }[]>`
    insert into series (study_id, number_of_instances, uid_hash, series_number, series_instance_uid, modality, description,
      body_part, laterality, station_name, institution_name, protocol_name, performed_start_date, performed_start_time,
      request_attributes)
    select ${studyId}::bigint, r."numberOfInstances", r."uidHash", r."seriesNumber", r."seriesInstanceUid", r.modality, r.description,
      r."bodyPart", r.laterality, r."stationName", r."institutionName", r."protocolName", r."performedStartDate",
      r."performedStartTime", r."requestAttributes"
    from json_to_recordset(${text}::text::json) as r ("numberOfInstances" int, "uidHash" int, "seriesNumber" int,
      "seriesInstanceUid" text, modality text, description text, "bodyPart" text, laterality text, "stationName" text,
      "institutionName" text, "protocolName" text, "performedStartDate" text, "performedStartTime" text,
      "requestAttributes" jsonb)
    order by r."seriesInstanceUid" collate "C"
    returning id, series_instance_uid as uid`
  return new Map(rows.map(({ id, uid }) => [uid, id]))
}
