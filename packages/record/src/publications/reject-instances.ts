import type { Sql } from '@vna/database'
import { appendEvents, runTransaction } from '@vna/database'

/** A rejection note (IHE IOCM): these instances are no longer to be shared. */
export interface Rejection {
  readonly studyInstanceUid: string
  readonly sopInstanceUids: readonly string[]
  /** Who sent the note: it counts for instances of that entity. Absent: for all of them. */
  readonly entityCode?: string | undefined
  /** DCM code of the note's title. */
  readonly reason: '113001' | '113037' | '113038' | '113039'
}

/** Takes instances out of the shared manifest, which is then due for a new version. Returns how many were not out before. */
export async function rejectInstances(sql: Sql, rejection: Rejection): Promise<number> {
  const { studyInstanceUid, sopInstanceUids, entityCode = '', reason } = rejection
  return runTransaction(sql, async (tx) => {
    const rows = await tx<{ sop: string; at: Date }[]>`
      insert into rejected_instances (study_instance_uid, sop_instance_uid, entity_code, reason, rejected_at)
      select ${studyInstanceUid}, value, ${entityCode}, ${reason}, date_trunc('milliseconds', clock_timestamp())
      from (select distinct value from json_array_elements_text(${JSON.stringify(sopInstanceUids)}::text::json)) u
      order by value
      on conflict do nothing returning sop_instance_uid as sop, rejected_at as at`
    const [first] = rows
    if (first === undefined) return 0
    const payload = { ...rejection, sopInstanceUids: rows.map(({ sop }) => sop), rejectedAt: first.at.toISOString() }
    await appendEvents(tx, [{ type: 'instances-rejected', payload }])
    await tx`
      update publications set due_at = clock_timestamp(), dirty_since = coalesce(dirty_since, clock_timestamp())
      where study_instance_uid = ${studyInstanceUid}`
    return rows.length
  })
}
