import type { Transaction } from '@vna/database'
import type { KnownVersion } from '../register/plan-study.ts'
import type { Arrival } from '../versions/current-version.ts'

interface KnownVersionRow extends Omit<KnownVersion, 'arrivals'> {
  readonly receivedAt: Date
  readonly segmentId: string
  readonly offsetBlocks: number
  readonly entityId: number
  readonly flags: number
  readonly copies: readonly { at: string; segment: string; blocks: number; entity: number; flags: number }[] | null
}

/** The versions a study has of the SOP Instance UIDs with some hashes, or of all. */
export async function findKnownVersions(
  tx: Transaction,
  study: { readonly studyInstanceUid: string; readonly sopHashes: readonly number[] | 'all' },
): Promise<readonly KnownVersion[]> {
  const hashes = study.sopHashes === 'all' ? null : study.sopHashes.join()
  const rows = await tx<KnownVersionRow[]>`
    select i.sop_instance_uid as "sopInstanceUid", i.sop_hash as "sopHash", i.version, encode(i.sha256, 'hex') as sha256, i.current,
      e.series_instance_uid as "seriesInstanceUid", i.received_at as "receivedAt", k.segment_id as "segmentId",
      i.offset_blocks as "offsetBlocks", i.entity_id as "entityId", i.flags,
      (select jsonb_agg(jsonb_build_object('at', c.received_at, 'segment', ck.segment_id, 'blocks', c.offset_blocks,
          'entity', c.entity_id, 'flags', c.flags))
        from instance_copies c join packs ck on ck.id = c.pack_id
        where c.study_id = i.study_id and c.sop_hash = i.sop_hash and c.version = i.version) as copies
    from studies s
      join instances i on i.study_id = s.id
      join series e on e.study_id = i.study_id and e.id = i.series_id
      join packs k on k.id = i.pack_id
    where md5(s.study_instance_uid)::uuid = md5(${study.studyInstanceUid})::uuid
      and (${hashes}::text is null or i.sop_hash = any (string_to_array(${hashes}, ',')::int[]))`
  return rows.map(knownVersionOf)
}

function knownVersionOf(row: KnownVersionRow): KnownVersion {
  const { receivedAt, segmentId, offsetBlocks, entityId, flags, copies, ...version } = row
  const first: Arrival = {
    entityId,
    receivedAtMs: receivedAt.getTime(),
    segmentId,
    offset: offsetBlocks * 512,
    flags,
  }
  const others = (copies ?? []).map(
    (copy): Arrival => ({
      entityId: copy.entity,
      receivedAtMs: Date.parse(copy.at),
      segmentId: copy.segment,
      offset: copy.blocks * 512,
      flags: copy.flags,
    }),
  )
  return { ...version, arrivals: [first, ...others] }
}
