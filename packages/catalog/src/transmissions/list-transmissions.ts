import type { Sql } from '@vna/database'
import { SqlText } from '@vna/database'
import type { Transmission } from './insert-transmissions.ts'

export interface TransmissionFilter {
  readonly entityCode?: string | undefined
  readonly studyInstanceUid?: string | undefined
  readonly outcome?: string | undefined
  readonly since?: Date | undefined
  readonly until?: Date | undefined
  readonly limit: number
  readonly offset?: number | undefined
}

export type ListedTransmission = Transmission & { readonly id: number }

/** Newest first. */
export async function listTransmissions(sql: Sql, filter: TransmissionFilter): Promise<readonly ListedTransmission[]> {
  const text = new SqlText()
  text.add(`select t.id, t.started_at as "startedAt", t.ended_at as "endedAt", t.bytes, t.instances, t.failures,
    e.code as "entityCode", t.direction, t.protocol, t.client, t.peer, t.outcome, t.reason,
    to_json(t.study_instance_uids) as "studyInstanceUids"
    from transmissions t left join entities e on e.id = t.entity_id where true`)
  if (filter.entityCode !== undefined) text.add(`and e.code = ${text.param(filter.entityCode)}`)
  if (filter.studyInstanceUid !== undefined) {
    text.add(`and t.study_instance_uids @> array[${text.param(filter.studyInstanceUid)}::text]`)
  }
  if (filter.outcome !== undefined) text.add(`and t.outcome = ${text.param(filter.outcome)}`)
  if (filter.since !== undefined) text.add(`and t.started_at >= ${text.param(filter.since.toISOString())}::timestamptz`)
  if (filter.until !== undefined) text.add(`and t.started_at < ${text.param(filter.until.toISOString())}::timestamptz`)
  text.add(`order by t.started_at desc, t.id desc limit ${text.param(filter.limit)}::int`)
  text.add(`offset ${text.param(filter.offset ?? 0)}::int`)
  return sql.unsafe<ListedTransmission[]>(text.toString(), text.params, { prepare: true })
}
