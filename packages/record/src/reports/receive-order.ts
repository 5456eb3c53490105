import type { Sql } from '@vna/database'
import { appendEvents, cleanText, databaseLimits, runTransaction } from '@vna/database'

import type { OrderIdentifier } from '@vna/fse'

/** Numbers that belong to one exam, as an order message says. */
export interface NewOrder {
  readonly origin: string
  readonly receivedAt: Date
  /** Absent where the order names the study alone. */
  readonly accession?: OrderIdentifier | undefined
  readonly studyInstanceUid?: string | undefined
  readonly placers: readonly OrderIdentifier[]
  readonly fillers: readonly OrderIdentifier[]
}

/** Keeps what is new of an order; returns the studies that are to be evaluated again. */
export async function receiveOrder(
  sql: Sql,
  order: NewOrder,
  options: { readonly recordEvent?: boolean } = {},
): Promise<readonly string[]> {
  const accession = cleanText(order.accession?.value, databaseLimits.maxIdentifierChars) ?? ''
  const issuer = cleanText(order.accession?.issuer, databaseLimits.maxIdentifierChars) ?? ''
  const uid = cleanText(order.studyInstanceUid, 64) ?? ''
  if (accession === '' && uid === '') return []
  return runTransaction(sql, async (tx) => {
    const { count } = await tx`
      insert into orders as o (received_at, origin, accession_number, accession_issuer, study_instance_uid, placers, fillers)
      values (${order.receivedAt.toISOString()}::timestamptz, ${order.origin}, ${accession}, ${issuer}, ${uid},
        ${JSON.stringify(order.placers)}::text::jsonb, ${JSON.stringify(order.fillers)}::text::jsonb)
      on conflict (accession_number, accession_issuer, origin, study_instance_uid) do update
        set received_at = excluded.received_at, placers = excluded.placers, fillers = excluded.fillers
      where excluded.received_at >= o.received_at and (o.placers <> excluded.placers or o.fillers <> excluded.fillers)`
    if (count === 0) return []
    if (options.recordEvent !== false) {
      const payload = { ...order, receivedAt: order.receivedAt.toISOString() }
      await appendEvents(tx, [{ type: 'order-received', payload }])
    }
    const studies = await tx<{ uid: string }[]>`
      select study_instance_uid as uid from study_keys
      where kind = 'accession' and value = ${accession} and issuer = ${issuer} and ${accession} <> ''
      union select study_instance_uid from studies
      where md5(study_instance_uid)::uuid = md5(${uid})::uuid and study_instance_uid = ${uid}`
    // An order may prove whose study it is.
    await tx`
      insert into unsettled_studies (study_id)
      select h.id from holder_studies h where h.accession_number = ${accession} and ${accession} <> ''
      union select h.id from holder_studies h where md5(h.study_instance_uid)::uuid = md5(${uid})::uuid and ${uid} <> ''
      order by 1 on conflict do nothing`
    await tx`update publications set due_at = now(), dirty_since = coalesce(dirty_since, now())
      where study_instance_uid in (
        select value from json_array_elements_text(${JSON.stringify(studies.map(({ uid: u }) => u))}::text::json) as t (value))`
    return studies.map((study) => study.uid)
  })
}
