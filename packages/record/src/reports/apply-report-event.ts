import type { Sql } from '@vna/database'
import type { LedgerEvent } from '@vna/ledger-events'
import { decideLink, withdrawReport } from './decide-link.ts'
import { receiveOrder } from './receive-order.ts'
import { receiveReport } from './receive-report.ts'
import { restoreLink } from './restore-link.ts'

type ReportEvent = LedgerEvent<
  'report-received' | 'report-withdrawn' | 'link-decided' | 'link-changed' | 'order-received'
>

/** Repeats what the ledger says of reports, orders and links. */
export async function applyReportEvent(sql: Sql, { type, payload }: ReportEvent): Promise<void> {
  switch (type) {
    case 'report-received':
      await receiveReport(sql, { ...payload, receivedAt: new Date(payload.receivedAt) }, { recordEvent: false })
      return
    case 'report-withdrawn':
      await withdrawReport(sql, payload, { at: new Date(payload.at), recordEvent: false })
      return
    case 'link-decided':
      await decideLink(sql, payload, { at: new Date(payload.at), recordEvent: false })
      return
    case 'link-changed':
      await restoreLink(sql, payload)
      return
    case 'order-received':
      await receiveOrder(sql, { ...payload, receivedAt: new Date(payload.receivedAt) }, { recordEvent: false })
      return
  }
}
