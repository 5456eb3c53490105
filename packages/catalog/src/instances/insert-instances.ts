import type { Transaction } from '@vna/database'
import type { PreparedInstance } from '../register/prepared-instance.ts'

export interface NewInstance {
  readonly instance: PreparedInstance
  readonly version: number
  readonly current: boolean
  readonly studyHeaderNo: number
  readonly seriesHeaderNo: number
}

/**
 * Adds rows to a study this transaction holds; returns how many. A row whose series or dictionary entry is missing is
 * not inserted, so a smaller number means that the dictionaries were lost (an older dump restored) and must be ensured.
 * One array a column: json_to_recordset took twice the time here and in the server.
 */
export async function insertInstances(
  tx: Transaction,
  place: { studyId: number; packId: number },
  instances: readonly NewInstance[],
): Promise<number> {
  if (instances.length === 0) return 0
  const column = (value: (row: NewInstance) => string | number | boolean) => `{${instances.map(value).join()}}`
  // JSON, as it may hold any character.
  const extras = instances.map(({ instance }) => instance.attributes.extra)
  const result = await tx`
    insert into instances (study_id, series_id, pack_id, length_bytes, received_at, sop_hash, offset_blocks,
      data_set_offset, seq, instance_number, number_of_frames, rows, columns, version, sop_class_id, transfer_syntax_id,
      entity_id, flags, bits_allocated, study_header_no, series_header_no, current, sop_instance_uid, sha256, extra)
    select ${place.studyId}::bigint, s.id, ${place.packId}::bigint, r.length_bytes, r.received_at, r.sop_hash,
      r.offset_blocks, r.data_set_offset, r.seq, r.instance_number, r.frames, r.rows, r.columns, r.version, k.id, t.id,
      r.entity_id, r.flags, r.bits_allocated, r.study_header_no, r.series_header_no, r.current, r.sop_uid,
      decode(r.sha256, 'hex'), r.extra
    from rows from (
        unnest(${column(({ instance }) => instance.received.lengthBytes)}::text::bigint[]),
        unnest(${column(({ instance }) => `"${new Date(instance.arrival.receivedAtMs).toISOString()}"`)}::text::timestamptz[]),
        unnest(${column(({ instance }) => instance.sopHash)}::text::int[]),
        unnest(${column(({ instance }) => instance.arrival.offset / 512)}::text::int[]),
        unnest(${column(({ instance }) => instance.received.dataSetOffset)}::text::int[]),
        unnest(${column(({ instance }) => instance.received.seq)}::text::int[]),
        unnest(${column(({ instance }) => instance.attributes.instanceNumber)}::text::int[]),
        unnest(${column(({ instance }) => instance.attributes.numberOfFrames)}::text::int[]),
        unnest(${column(({ instance }) => instance.attributes.rows)}::text::int[]),
        unnest(${column(({ instance }) => instance.attributes.columns)}::text::int[]),
        unnest(${column(({ version }) => version)}::text::smallint[]),
        unnest(${column(({ instance }) => instance.arrival.entityId)}::text::smallint[]),
        unnest(${column(({ instance }) => instance.arrival.flags)}::text::smallint[]),
        unnest(${column(({ instance }) => instance.attributes.bitsAllocated)}::text::smallint[]),
        unnest(${column(({ studyHeaderNo }) => studyHeaderNo)}::text::smallint[]),
        unnest(${column(({ seriesHeaderNo }) => seriesHeaderNo)}::text::smallint[]),
        unnest(${column(({ current }) => current)}::text::boolean[]),
        unnest(${column(({ instance }) => quoted(instance.sopInstanceUid))}::text::text[]),
        unnest(${column(({ instance }) => quoted(instance.seriesInstanceUid))}::text::text[]),
        unnest(${column(({ instance }) => quoted(instance.received.header.sopClassUid))}::text::text[]),
        unnest(${column(({ instance }) => quoted(instance.received.transferSyntaxUid))}::text::text[]),
        unnest(${column(({ instance }) => instance.sha256)}::text::text[]),
        json_array_elements_text(${JSON.stringify(extras)}::text::json)
      ) as r (length_bytes, received_at, sop_hash, offset_blocks, data_set_offset, seq, instance_number, frames, rows,
        columns, version, entity_id, flags, bits_allocated, study_header_no, series_header_no, current, sop_uid,
        series_uid, class_uid, syntax_uid, sha256, extra)
      join series s on s.study_id = ${place.studyId}::bigint and s.series_instance_uid = r.series_uid
      join uids k on k.uid = r.class_uid
      join uids t on t.uid = r.syntax_uid
    order by r.sop_hash`
  return result.count
}

/** A UID is digits and dots, but here nothing is taken on trust: an element of an array literal, quoted. */
function quoted(uid: string): string {
  return `"${uid.replace(/[\\"]/g, (character) => `\\${character}`)}"`
}
