import type { Sql } from '@vna/database'
import { appendEvents, CatalogError, cleanText, runTransaction } from '@vna/database'
import type { LinkDecision } from './report.ts'

export interface DecideOptions {
  readonly at?: Date | undefined
  readonly recordEvent?: boolean | undefined
}

/**
 * A person's word on a report and a study, kept until another one is said; the report is due to be evaluated. It may come
 * before report or study do (a rebuilt catalog). An older word leaves a newer one alone.
 */
export async function decideLink(sql: Sql, given: LinkDecision, options: DecideOptions = {}): Promise<void> {
  const reason = cleanText(given.reason)
  if (reason === null) throw new CatalogError('invalid-input', 'a decision needs a reason')
  const decision = { ...given, reason, by: cleanText(given.by) ?? 'unknown' }
  await runTransaction(sql, async (tx) => {
    const at = (options.at ?? new Date()).toISOString()
    const { count } = await tx`
      insert into link_decisions as d (report_id, study_instance_uid, decision, decided_by, reason, decided_at)
      values (${decision.reportId}::uuid, ${decision.studyInstanceUid}, ${decision.decision}, ${decision.by},
        ${decision.reason}, ${at}::timestamptz)
      on conflict (report_id, study_instance_uid) do update set decision = excluded.decision,
        decided_by = excluded.decided_by, reason = excluded.reason, decided_at = excluded.decided_at
      where excluded.decided_at >= d.decided_at`
    if (count === 0) return
    await tx`update reports set due_at = now() where id = ${decision.reportId}::uuid`
    if (options.recordEvent !== false) {
      await appendEvents(tx, [{ type: 'link-decided', payload: { ...decision, at } }])
    }
  })
}

/** The report is taken back: its links end when it is evaluated. False when there is none, or it was already. */
export async function withdrawReport(
  sql: Sql,
  o: { readonly id: string; readonly by: string; readonly reason: string },
  options: DecideOptions = {},
): Promise<boolean> {
  return runTransaction(sql, async (tx) => {
    const { count } = await tx`
      update reports set state = 'withdrawn', due_at = now() where id = ${o.id}::uuid and state <> 'withdrawn'`
    if (count === 0) return false
    if (options.recordEvent !== false) {
      const payload = { ...o, at: (options.at ?? new Date()).toISOString() }
      await appendEvents(tx, [{ type: 'report-withdrawn', payload }])
    }
    return true
  })
}
