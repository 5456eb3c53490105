import type { Sql, Transaction } from '@vna/database'
import { runTransaction } from '@vna/database'
import type { LedgerEventPayload } from '@vna/ledger-events'

/** Writes a change of a link as the ledger has it, with its history; an older one leaves a newer one alone. */
export async function restoreLink(sql: Sql, payload: LedgerEventPayload<'link-changed'>): Promise<void> {
  await runTransaction(sql, async (tx) => {
    await tx`
      with r as materialized (
        select r.* from json_to_record(${JSON.stringify(payload)}::text::json) as r (at timestamptz, "reportId" uuid,
          "studyInstanceUid" text, state text, tier text, score real, evidence jsonb, "decidedBy" text, reason text)
          join reports p on p.id = r."reportId"),
      put as (
        insert into links as l (report_id, study_instance_uid, state, tier, score, evidence, valid_from, decided_by,
          reason, restored)
        select r."reportId", r."studyInstanceUid", r.state, r.tier, r.score, r.evidence, r.at, r."decidedBy", r.reason, true
        from r
        on conflict (report_id, study_instance_uid) do update set state = excluded.state, tier = excluded.tier,
          score = excluded.score, evidence = excluded.evidence, valid_from = excluded.valid_from,
          decided_by = excluded.decided_by, reason = excluded.reason, restored = true
        where excluded.valid_from > l.valid_from)
      insert into link_history (at, report_id, study_instance_uid, state, tier, score, evidence, decided_by, reason)
      select r.at, r."reportId", r."studyInstanceUid", r.state, r.tier, r.score, r.evidence, r."decidedBy", r.reason from r
      where not exists (select from link_history h
        where h.report_id = r."reportId" and h.study_instance_uid = r."studyInstanceUid" and h.at = r.at)`
  })
}

/** Studies of links that were brought back and whose study was not evaluated here yet. */
export async function findRestored(tx: Transaction, reportId: string): Promise<ReadonlySet<string>> {
  const rows = await tx<{ uid: string }[]>`
    select l.study_instance_uid as uid from links l
    where l.report_id = ${reportId}::uuid and l.restored
      and not exists (select from study_keys y where y.study_instance_uid = l.study_instance_uid)`
  return new Set(rows.map(({ uid }) => uid))
}
