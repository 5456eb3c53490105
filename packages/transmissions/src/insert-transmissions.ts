import type { Sql } from '@vna/database'
import { cleanText } from '@vna/database'
import type { KeyedTransmission } from './transmission.ts'

/** Studies named in a row; an association may carry more. */
const maxStudyUidsPerTransmission = 100

export async function insertTransmissions(sql: Sql, transmissions: readonly KeyedTransmission[]): Promise<void> {
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

function rowOf({ studyInstanceUids, ...transmission }: KeyedTransmission): unknown {
  return {
    ...transmission,
    client: cleanText(transmission.client) ?? '',
    reason: cleanText(transmission.reason),
    studies: (studyInstanceUids ?? []).slice(0, maxStudyUidsPerTransmission).map((uid) => cleanText(uid) ?? ''),
  }
}
