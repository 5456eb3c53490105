import type { Sql } from './database/open-database.ts'
import { applyIdentityEvent } from './identity/apply-identity-event.ts'
import { applyPublicationEvent } from './publications/apply-publication-event.ts'
import { applyReportEvent } from './reports/apply-report-event.ts'
import { applyVisibilityEvent } from './visibility/apply-visibility-event.ts'

/** A decision about the health record, as the ledger keeps it. */
export interface FseEvent {
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** True when the event is one the function knows; applying it twice changes nothing. */
type ApplyEvent = (sql: Sql, event: FseEvent) => Promise<boolean>

const appliers: readonly ApplyEvent[] = [
  applyIdentityEvent,
  applyReportEvent,
  applyVisibilityEvent,
  applyPublicationEvent,
]

/** Applies a decision of the ledger again (reindex), before or after the packs; writes no event. False when nobody knows it. */
export async function applyFseEvent(sql: Sql, event: FseEvent): Promise<boolean> {
  for (const apply of appliers) {
    if (await apply(sql, event)) return true
  }
  return false
}
