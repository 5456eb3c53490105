import type { Transaction } from '@vna/database'
import type { NewInstance } from './insert-instances.ts'

/** A row keeps the first arrival of its bytes: an earlier one registered later takes its place, the old one is a copy. */
export async function moveToEarlierArrivals(
  tx: Transaction,
  place: { studyId: number; packId: number },
  rows: readonly Omit<NewInstance, 'current'>[],
): Promise<number> {
  if (rows.length === 0) return 0
  const result = await tx`
    with r as materialized (
      select r.*, t.id as t_id
      from json_to_recordset(${JSON.stringify(rows.map(rowOf))}::text::json) as r (l bigint, at timestamptz, o int, d int,
          q int, v smallint, e smallint, g smallint, sh smallint, eh smallint, t text, h int)
        join uids t on t.uid = r.t),
    copied as (
      insert into instance_copies (study_id, pack_id, length_bytes, received_at, offset_blocks, data_set_offset, seq,
        version, entity_id, flags, transfer_syntax_id, sop_hash, study_header_no, series_header_no)
      select i.study_id, i.pack_id, i.length_bytes, i.received_at, i.offset_blocks, i.data_set_offset, i.seq, i.version,
        i.entity_id, i.flags, i.transfer_syntax_id, i.sop_hash, i.study_header_no, i.series_header_no
      from instances i join r on i.sop_hash = r.h and i.version = r.v
      where i.study_id = ${place.studyId}::bigint
      on conflict do nothing)
    update instances i
    set pack_id = ${place.packId}::bigint, length_bytes = r.l, received_at = r.at, offset_blocks = r.o,
      data_set_offset = r.d, seq = r.q, entity_id = r.e, flags = r.g, transfer_syntax_id = r.t_id,
      study_header_no = r.sh, series_header_no = r.eh
    from r
    where i.study_id = ${place.studyId}::bigint and i.sop_hash = r.h and i.version = r.v`
  return result.count
}

function rowOf({ instance, version, studyHeaderNo, seriesHeaderNo }: Omit<NewInstance, 'current'>): unknown {
  return {
    l: instance.received.lengthBytes,
    at: new Date(instance.arrival.receivedAtMs),
    o: instance.arrival.offset / 512,
    d: instance.received.dataSetOffset,
    q: instance.received.seq,
    v: version,
    e: instance.arrival.entityId,
    g: instance.arrival.flags,
    sh: studyHeaderNo,
    eh: seriesHeaderNo,
    t: instance.received.transferSyntaxUid,
    h: instance.sopHash,
  }
}
