import type { Transaction } from '@vna/database'
import { cleanText } from '@vna/database'
import type { QuarantinedInstance } from '../register/register-pack-input.ts'

/** Adds quarantine entries of a pack; returns how many, as insertInstances does. */
export async function insertQuarantined(
  tx: Transaction,
  packId: number,
  instances: readonly QuarantinedInstance[],
): Promise<number> {
  if (instances.length === 0) return 0
  const result = await tx`
    insert into quarantine (pack_id, length_bytes, received_at, offset_blocks, data_set_offset, seq, entity_id,
      transfer_syntax_id, reason, detail, sop_class_uid, sop_instance_uid, study_instance_uid, series_instance_uid, sha256)
    select ${packId}::bigint, r.l, r.at, r.o, r.d, r.q, e.id, t.id, r.reason, r.detail, r.k, r.uid, r.study, r.s,
      decode(r.sha, 'hex')
    from json_to_recordset(${JSON.stringify(instances.map(rowOf))}::text::json) as r (l bigint, at timestamptz, o int,
        d int, q int, e text, t text, reason text, detail text, k text, uid text, study text, s text, sha text)
      join entities e on e.code = r.e
      left join uids t on t.uid = r.t
    where r.t is null or t.id is not null
    order by r.o`
  return result.count
}

function rowOf(instance: QuarantinedInstance): unknown {
  return {
    l: instance.lengthBytes,
    at: new Date(instance.receivedAt),
    o: instance.offset / 512,
    d: instance.dataSetOffset,
    q: instance.seq,
    e: instance.entityCode,
    t: instance.transferSyntaxUid,
    reason: instance.reason,
    detail: cleanText(instance.detail),
    k: cleanText(instance.sopClassUid, 64),
    uid: cleanText(instance.sopInstanceUid, 64),
    study: cleanText(instance.studyInstanceUid, 64),
    s: cleanText(instance.seriesInstanceUid, 64),
    sha: Buffer.from(instance.sha256).toString('hex'),
  }
}
