import type { Transaction } from '../database/open-database.ts'
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
 */
export async function insertInstances(
  tx: Transaction,
  place: { studyId: number; packId: number },
  instances: readonly NewInstance[],
): Promise<number> {
  if (instances.length === 0) return 0
  const result = await tx`
    insert into instances (study_id, series_id, pack_id, length_bytes, received_at, sop_hash, offset_blocks,
      data_set_offset, seq, instance_number, number_of_frames, rows, columns, version, sop_class_id, transfer_syntax_id,
      entity_id, flags, bits_allocated, study_header_no, series_header_no, current, sop_instance_uid, sha256, extra)
    select ${place.studyId}::bigint, s.id, ${place.packId}::bigint, r.l, r.at, r.h, r.o, r.d, r.q, r.n, r.f, r.r, r.c, r.v,
      k.id, t.id, r.e, r.g, r.b, r.sh, r.eh, r.cur, r.uid, decode(r.sha, 'hex'), r.x
    from json_to_recordset(${rowsText(instances)}::text::json) as r (l bigint, at timestamptz, h int, o int, d int, q int,
        n int, f int, r int, c int, v smallint, k text, t text, e smallint, g smallint, b smallint, sh smallint,
        eh smallint, cur boolean, uid text, sha text, x text, s text)
      join series s on s.study_id = ${place.studyId}::bigint and s.series_instance_uid = r.s
      join uids k on k.uid = r.k
      join uids t on t.uid = r.t
    order by r.h`
  return result.count
}

function rowsText(instances: readonly NewInstance[]): string {
  return JSON.stringify(instances.map(rowOf))
}

function rowOf({ instance, version, current, studyHeaderNo, seriesHeaderNo }: NewInstance): unknown {
  const { arrival, attributes } = instance
  return {
    l: instance.received.lengthBytes,
    at: new Date(arrival.receivedAtMs),
    h: instance.sopHash,
    o: arrival.offset / 512,
    d: instance.received.dataSetOffset,
    q: instance.received.seq,
    n: attributes.instanceNumber,
    f: attributes.numberOfFrames,
    r: attributes.rows,
    c: attributes.columns,
    v: version,
    k: instance.received.header.sopClassUid,
    t: instance.received.transferSyntaxUid,
    e: arrival.entityId,
    g: arrival.flags,
    b: attributes.bitsAllocated,
    sh: studyHeaderNo,
    eh: seriesHeaderNo,
    cur: current,
    uid: instance.sopInstanceUid,
    sha: instance.sha256,
    x: attributes.extra,
    s: instance.seriesInstanceUid,
  }
}
