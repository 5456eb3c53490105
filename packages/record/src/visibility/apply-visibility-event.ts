import type { Sql } from '@vna/database'
import { runTransaction } from '@vna/database'
import type { FseEvent } from '../fse-event.ts'
import { showOrHide, visibilityEventType } from './set-visibility.ts'
import { type VisibilityDecision, visibilityKinds, visibilityNumbers } from './visibility.ts'

/** Applies a decision of the ledger again; a later one stays. True when the event is one of these. */
export async function applyVisibilityEvent(sql: Sql, { type, payload }: FseEvent): Promise<boolean> {
  if (type !== visibilityEventType) return false
  const decision = decisionOf(payload)
  // What no version of this archive wrote says nothing.
  if (decision === undefined) return true
  await runTransaction(sql, async (tx) => {
    const { count } = await tx`
      insert into visibility_decisions as d (kind, id, visibility, decided_by, decided_at)
      values (${decision.kind}, ${decision.id}, ${visibilityNumbers[decision.visibility]}::smallint, ${decision.by},
        ${decision.at})
      on conflict (kind, id) do update set visibility = excluded.visibility, decided_by = excluded.decided_by,
        decided_at = excluded.decided_at
      where excluded.decided_at >= d.decided_at`
    if (count > 0) await showOrHide(tx, decision)
  })
  return true
}

function decisionOf(payload: FseEvent['payload']): (VisibilityDecision & { at: Date }) | undefined {
  const { kind, id, visibility, by } = payload
  const known = visibilityKinds.find((one) => one === kind)
  const at = new Date(String(payload.at))
  if (known === undefined || typeof id !== 'string' || Number.isNaN(at.getTime())) return undefined
  if (visibility !== 'normal' && visibility !== 'hidden') return undefined
  return { kind: known, id, visibility, by: String(by), at }
}
