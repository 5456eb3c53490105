import type { Sql } from '@vna/database'
import { SqlText } from '@vna/database'
import type { Transmission } from './transmission.ts'
import type { TransmissionOutcome, TransmissionProtocol, TransmissionReason } from './vocabulary.ts'

export interface TransmissionFilter {
  readonly entityCode?: string | undefined
  /** AE title or client, as it stands in the row. */
  readonly client?: string | undefined
  readonly direction?: 'in' | 'out' | undefined
  readonly protocol?: TransmissionProtocol | undefined
  readonly studyInstanceUid?: string | undefined
  readonly outcome?: TransmissionOutcome | undefined
  readonly reason?: TransmissionReason | undefined
  readonly since?: Date | undefined
  readonly until?: Date | undefined
  readonly limit: number
  readonly offset?: number | undefined
}

/** Rows of older versions give their reason in words of their own. */
export type ListedTransmission = Omit<Transmission, 'reason'> & {
  readonly id: number
  readonly reason?: string | undefined
}

/** Newest first. Each condition but the direction has an index that ends in the time. */
export async function listTransmissions(sql: Sql, filter: TransmissionFilter): Promise<readonly ListedTransmission[]> {
  const text = transmissionQuery(filter)
  return sql.unsafe<ListedTransmission[]>(text.toString(), text.params, { prepare: true })
}

export function transmissionQuery(filter: TransmissionFilter): SqlText {
  const text = new SqlText()
  text.add(`select t.id, t.started_at as "startedAt", t.ended_at as "endedAt", t.bytes, t.instances, t.failures,
    e.code as "entityCode", t.direction, t.protocol, t.client, t.peer, t.outcome, t.reason,
    to_json(t.study_instance_uids) as "studyInstanceUids" from`)
  if (filter.studyInstanceUid === undefined) text.add('transmissions t')
  else {
    // `offset 0`: the rows of one study are few and are all taken from their index. Else the planner, which knows nothing of
    // how often a UID stands in the arrays, may walk through all times until it has met enough of them.
    const uid = text.param(filter.studyInstanceUid)
    text.add(`(select * from transmissions where study_instance_uids @> array[${uid}::text] offset 0) t`)
  }
  text.add('left join entities e on e.id = t.entity_id where true')
  // As one value, not by the join: so it is a condition of the index.
  if (filter.entityCode !== undefined) {
    text.add(`and t.entity_id = (select id from entities where code = ${text.param(filter.entityCode)})`)
  }
  for (const column of ['client', 'direction', 'protocol', 'outcome', 'reason'] as const) {
    const value = filter[column]
    if (value !== undefined) text.add(`and t.${column} = ${text.param(value)}`)
  }
  if (filter.since !== undefined) text.add(`and t.started_at >= ${text.param(filter.since.toISOString())}::timestamptz`)
  if (filter.until !== undefined) text.add(`and t.started_at < ${text.param(filter.until.toISOString())}::timestamptz`)
  text.add(`order by t.started_at desc, t.id desc limit ${text.param(filter.limit)}::int`)
  text.add(`offset ${text.param(filter.offset ?? 0)}::int`)
  return text
}
