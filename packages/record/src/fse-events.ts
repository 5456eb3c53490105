import type { Sql } from '@vna/database'
import type { FseEvent } from './fse-event.ts'
import { applyIdentityEvent } from './identity/apply-identity-event.ts'
import { applyPublicationEvent } from './publications/apply-publication-event.ts'
import { applyReportEvent } from './reports/apply-report-event.ts'
import { applyVisibilityEvent } from './visibility/apply-visibility-event.ts'

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
