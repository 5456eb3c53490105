import type { Sql } from '@vna/database'
import type { LedgerEvent, LedgerEventType } from '@vna/ledger-events'
import { applyIdentityEvent } from './identity/apply-identity-event.ts'
import { applyPublicationEvent } from './publications/apply-publication-event.ts'
import { applyReportEvent } from './reports/apply-report-event.ts'
import { applyVisibilityEvent } from './visibility/apply-visibility-event.ts'

/** Of every type of event who applies it again; null: it is not about the health record. A type without an entry does not compile. */
const appliers: { readonly [Type in LedgerEventType]: ((sql: Sql, event: LedgerEvent<Type>) => Promise<void>) | null } =
  {
    'entity-added': null,
    'entity-updated': null,
    'identity-linked': applyIdentityEvent,
    'identity-merged': applyIdentityEvent,
    'identity-unmerged': applyIdentityEvent,
    'domain-assigned': applyIdentityEvent,
    'merge-proposed': applyIdentityEvent,
    'merge-decided': applyIdentityEvent,
    'report-received': applyReportEvent,
    'report-withdrawn': applyReportEvent,
    'link-decided': applyReportEvent,
    'link-changed': applyReportEvent,
    'order-received': applyReportEvent,
    'visibility-changed': applyVisibilityEvent,
    'accession-generated': applyPublicationEvent,
    'manifest-registered': applyPublicationEvent,
    'manifest-withdrawn': applyPublicationEvent,
    'instances-rejected': applyPublicationEvent,
    // The trail itself is not in the ledger: its anchors have nothing to be applied to.
    'tokens-revoked': null,
    'audit-anchor': null,
  }

/**
 * Applies a decision of the ledger again (reindex), before or after the packs; writes no event, and applying it twice changes
 * nothing. False when it is not about the health record.
 */
export async function applyFseEvent(sql: Sql, event: LedgerEvent): Promise<boolean> {
  const apply = appliers[event.type] as ((sql: Sql, event: LedgerEvent) => Promise<void>) | null
  await apply?.(sql, event)
  return apply !== null
}
