import type { Sql } from '@vna/database'
import type { FseEvent } from '../fse-event.ts'
import { timeOf } from '../identity/apply-identity-event.ts'
import { decideLink, withdrawReport } from './decide-link.ts'
import { type NewOrder, receiveOrder } from './receive-order.ts'
import { receiveReport } from './receive-report.ts'
import type { LinkDecision, NewReport } from './report.ts'
import { restoreLink } from './restore-link.ts'
import { linkChangedType } from './write-links.ts'

/** Repeats what the ledger says of reports, orders and links; true when the event is one of these. */
export async function applyReportEvent(sql: Sql, { type, payload }: FseEvent): Promise<boolean> {
  const options = { at: timeOf(payload.at), recordEvent: false }
  const receivedAt = timeOf(payload.receivedAt) ?? new Date(0)
  // The ledger is our own writing, checked by its chain of digests.
  switch (type) {
    case 'report-received':
      await receiveReport(sql, { ...(payload as unknown as NewReport), receivedAt }, options)
      return true
    case 'report-withdrawn':
      await withdrawReport(sql, payload as unknown as Parameters<typeof withdrawReport>[1], options)
      return true
    case 'link-decided':
      await decideLink(sql, payload as unknown as LinkDecision, options)
      return true
    case linkChangedType:
      await restoreLink(sql, payload)
      return true
    case 'order-received':
      await receiveOrder(sql, { ...(payload as unknown as NewOrder), receivedAt }, options)
      return true
    default:
      return false
  }
}
