import type { Sql } from '@vna/database'
import { runTransaction } from '@vna/database'
import type { LedgerEvent } from '@vna/ledger-events'
import { showOrHide } from './set-visibility.ts'
import { visibilityNumbers } from './visibility.ts'

/** Applies a decision of the ledger again; a later one stays. */
export async function applyVisibilityEvent(
  sql: Sql,
  { payload: decision }: LedgerEvent<'visibility-changed'>,
): Promise<void> {
  await runTransaction(sql, async (tx) => {
    const { count } = await tx`
      insert into visibility_decisions as d (kind, id, visibility, decided_by, decided_at)
      values (${decision.kind}, ${decision.id}, ${visibilityNumbers[decision.visibility]}::smallint, ${decision.by},
        ${decision.at}::timestamptz)
      on conflict (kind, id) do update set visibility = excluded.visibility, decided_by = excluded.decided_by,
        decided_at = excluded.decided_at
      where excluded.decided_at >= d.decided_at`
    if (count > 0) await showOrHide(tx, decision)
  })
}
