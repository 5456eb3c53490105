import type { Transaction } from '@vna/database'
import { appendEvents } from '@vna/database'
import { type DesiredLink, isToBeTold, type LinkChange, linkChangesOf } from './link-changes.ts'
import type { ReportLink } from './report.ts'

export async function readLinks(tx: Transaction, reportId: string): Promise<readonly ReportLink[]> {
  return tx<ReportLink[]>`
    select report_id as "reportId", study_instance_uid as "studyInstanceUid", state, tier, score, evidence,
      valid_from as "validFrom", decided_by as "decidedBy", reason
    from links where report_id = ${reportId}::uuid order by study_instance_uid`
}

/** Writes what changed, its history and event, and what is to be told. */
export async function writeLinks(
  tx: Transaction,
  reportId: string,
  links: { readonly before: readonly ReportLink[]; readonly desired: readonly DesiredLink[] },
): Promise<readonly LinkChange[]> {
  const changes = linkChangesOf(reportId, links)
  if (changes.length > 0) await writeChanges(tx, changes)
  return changes
}

async function writeChanges(tx: Transaction, changes: readonly LinkChange[]): Promise<void> {
  const text = JSON.stringify(changes.map((change) => ({ ...change, told: isToBeTold(change) })))
  const [moment] = await tx<{ at: Date }[]>`
    with r as materialized (
      select * from json_to_recordset(${text}::text::json) as r ("reportId" uuid, "studyInstanceUid" text, state text,
        tier text, score real, evidence jsonb, "decidedBy" text, reason text, before text, told boolean)),
    -- Milliseconds, because that is what an event keeps.
    m as materialized (select date_trunc('milliseconds', now()) as at),
    put as (
      insert into links as l (report_id, study_instance_uid, state, tier, score, evidence, valid_from, decided_by, reason)
      select r."reportId", r."studyInstanceUid", r.state, r.tier, r.score, r.evidence, m.at, r."decidedBy", r.reason from r, m
      on conflict (report_id, study_instance_uid) do update set state = excluded.state, tier = excluded.tier,
        score = excluded.score, evidence = excluded.evidence, valid_from = excluded.valid_from,
        decided_by = excluded.decided_by, reason = excluded.reason, restored = false),
    told as (
      insert into notifications (study_instance_uid, created_at, due_at, kind, payload)
      select r."studyInstanceUid", now(), now(), 'link-changed',
        jsonb_build_object('reportId', r."reportId", 'state', r.state, 'before', r.before)
      from r where r.told order by r."studyInstanceUid"),
    kept as (
      insert into link_history (at, report_id, study_instance_uid, state, tier, score, evidence, decided_by, reason)
      select m.at, r."reportId", r."studyInstanceUid", r.state, r.tier, r.score, r.evidence, r."decidedBy", r.reason
      from r, m)
    select at from m`
  if (moment === undefined) throw new Error('a moment was asked for')
  const at = moment.at.toISOString()
  // In the ledger for each change: when a link changed is known to nothing else.
  await appendEvents(
    tx,
    changes.map(({ before: _before, ...change }) => ({ type: 'link-changed', payload: { ...change, at } })),
  )
}
