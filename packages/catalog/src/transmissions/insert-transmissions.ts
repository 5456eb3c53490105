import type { Sql } from '@vna/database'
import { cleanText } from '@vna/database'
import { catalogLimits } from '../limits.ts'

export interface Transmission {
  /** What is told twice under one key is kept once. */
  readonly key?: string | undefined
  readonly direction: 'in' | 'out'
  readonly protocol: 'dimse' | 'dicomweb' | (string & {})
  /** Absent when the peer was not known. */
  readonly entityCode?: string | undefined
  /** AE title or client of the peer. */
  readonly client: string
  readonly peer?: string | undefined
  readonly startedAt: Date
  readonly endedAt: Date
  readonly instances: number
  readonly failures: number
  readonly bytes: number
  readonly outcome: string
  readonly reason?: string | undefined
  readonly studyInstanceUids?: readonly string[] | undefined
}

export async function insertTransmissions(sql: Sql, transmissions: readonly Transmission[]): Promise<void> {
  if (transmissions.length === 0) return
  await sql`
    insert into transmissions (started_at, ended_at, bytes, instances, failures, entity_id, direction, protocol, client,
      peer, outcome, reason, study_instance_uids, key)
    select r."startedAt", r."endedAt", r.bytes, r.instances, r.failures, e.id, r.direction, r.protocol, r.client, r.peer,
      r.outcome, r.reason, coalesce(r.studies, '{}'), r.key
    from json_to_recordset(${JSON.stringify(transmissions.map(rowOf))}::text::json) as r ("startedAt" timestamptz,
        "endedAt" timestamptz, bytes bigint, instances int, failures int, "entityCode" text, direction text,
        protocol text, client text, peer text, outcome text, reason text, studies text[], key text)
      left join entities e on e.code = r."entityCode"
    order by r."startedAt"
    on conflict do nothing`
}

function rowOf({ studyInstanceUids, ...transmission }: Transmission): unknown {
  return {
    ...transmission,
    client: cleanText(transmission.client) ?? '',
    reason: cleanText(transmission.reason),
    studies: (studyInstanceUids ?? [])
      .slice(0, catalogLimits.maxStudyUidsPerTransmission)
      .map((uid) => cleanText(uid) ?? ''),
  }
}
