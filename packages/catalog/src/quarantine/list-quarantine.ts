import type { Sql } from '@vna/database'
import { SqlText } from '@vna/database'

export interface QuarantineFilter {
  readonly id?: number | undefined
  readonly reason?: string | undefined
  readonly entityCode?: string | undefined
  readonly sopInstanceUid?: string | undefined
  readonly includeResolved?: boolean | undefined
  readonly limit: number
  readonly offset?: number | undefined
}

export interface QuarantineEntry {
  readonly id: number
  readonly reason: string
  readonly detail: string | null
  readonly entityCode: string
  readonly receivedAt: Date
  readonly sopClassUid: string | null
  readonly sopInstanceUid: string | null
  readonly studyInstanceUid: string | null
  readonly seriesInstanceUid: string | null
  readonly transferSyntaxUid: string | null
  readonly packKey: string
  readonly offset: number
  readonly lengthBytes: number
  readonly dataSetOffset: number
  readonly seq: number
  readonly sha256: Uint8Array
  readonly resolvedAt: Date | null
  readonly resolution: string | null
}

/** Oldest first. */
export async function listQuarantine(sql: Sql, filter: QuarantineFilter): Promise<readonly QuarantineEntry[]> {
  const text = new SqlText()
  text.add(`select q.id, q.reason, q.detail, n.code as "entityCode", q.received_at as "receivedAt",
    q.sop_class_uid as "sopClassUid", q.sop_instance_uid as "sopInstanceUid",
    q.study_instance_uid as "studyInstanceUid", q.series_instance_uid as "seriesInstanceUid",
    ut.uid as "transferSyntaxUid", f.path || k.segment_id || '.tar' as "packKey",
    q.offset_blocks::bigint * 512 as offset, q.length_bytes as "lengthBytes", q.data_set_offset as "dataSetOffset", q.seq,
    q.sha256, q.resolved_at as "resolvedAt", q.resolution
    from quarantine q join packs k on k.id = q.pack_id join pack_folders f on f.id = k.folder_id
      join entities n on n.id = q.entity_id left join uids ut on ut.id = q.transfer_syntax_id
    where true`)
  if (filter.includeResolved !== true) text.add('and q.resolved_at is null')
  if (filter.id !== undefined) text.add(`and q.id = ${text.param(filter.id)}::bigint`)
  if (filter.reason !== undefined) text.add(`and q.reason = ${text.param(filter.reason)}`)
  if (filter.entityCode !== undefined) text.add(`and n.code = ${text.param(filter.entityCode)}`)
  if (filter.sopInstanceUid !== undefined) text.add(`and q.sop_instance_uid = ${text.param(filter.sopInstanceUid)}`)
  text.add(`order by q.received_at, q.id limit ${text.param(filter.limit)}::int`)
  text.add(`offset ${text.param(filter.offset ?? 0)}::int`)
  return sql.unsafe<QuarantineEntry[]>(text.toString(), text.params, { prepare: true })
}
