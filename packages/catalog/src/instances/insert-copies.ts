import type { Transaction } from '@vna/database'
import type { PreparedInstance } from '../register/prepared-instance.ts'

export interface NewCopy {
  readonly instance: PreparedInstance
  readonly version: number
  readonly studyHeaderNo: number
  readonly seriesHeaderNo: number
}

/** Notes where known bytes arrived again; returns how many, as insertInstances does. */
export async function insertCopies(
  tx: Transaction,
  place: { studyId: number; packId: number },
  copies: readonly NewCopy[],
): Promise<number> {
  if (copies.length === 0) return 0
  const result = await tx`
    insert into instance_copies (study_id, pack_id, length_bytes, received_at, offset_blocks, data_set_offset, seq,
      version, entity_id, flags, transfer_syntax_id, sop_hash, study_header_no, series_header_no)
    select ${place.studyId}::bigint, ${place.packId}::bigint, r.l, r.at, r.o, r.d, r.q, r.v, r.e, r.g, t.id, r.h, r.sh, r.eh
    from json_to_recordset(${JSON.stringify(copies.map(rowOf))}::text::json) as r (l bigint, at timestamptz, o int, d int,
        q int, v smallint, e smallint, g smallint, t text, h int, sh smallint, eh smallint)
      join uids t on t.uid = r.t`
  return result.count
}

function rowOf({ instance, version, studyHeaderNo, seriesHeaderNo }: NewCopy): unknown {
  return {
    l: instance.received.lengthBytes,
    at: new Date(instance.arrival.receivedAtMs),
    o: instance.arrival.offset / 512,
    d: instance.received.dataSetOffset,
    q: instance.received.seq,
    v: version,
    e: instance.arrival.entityId,
    g: instance.arrival.flags,
    t: instance.received.transferSyntaxUid,
    h: instance.sopHash,
    sh: studyHeaderNo,
    eh: seriesHeaderNo,
  }
}
