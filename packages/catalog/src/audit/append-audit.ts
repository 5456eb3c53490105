import type { Sql, Transaction } from '../database/open-database.ts'
import { runTransaction } from '../database/run-transaction.ts'
import { cleanJson, cleanText } from '../header/clean-text.ts'
import { catalogLimits } from '../limits.ts'
import { appendEvents } from '../queries/append-events.ts'
import { findLastAudit } from '../queries/find-last-audit.ts'
import { insertAudit } from '../queries/insert-audit.ts'
import { auditAnchorType } from '../queries/list-audit-anchors.ts'
import { type AuditEntry, auditGenesis, auditHash } from './audit-chain.ts'

/** Appends entries to the one chain of this catalog; writers of several processes take turns. */
export async function appendAudit(sql: Sql, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return
  const cleaned = entries.map(cleanEntry)
  await runTransaction(sql, async (tx) => {
    const last = await findLastAudit(tx)
    // Of entry 0: who reads the ledger knows that what was anchored before is of another trail.
    if (last === undefined) await appendAnchor(tx, { seq: 0, hash: auditGenesis })
    let seq = last?.seq ?? 0
    let hash = last?.hash ?? auditGenesis
    const rows = cleaned.map((entry) => {
      seq += 1
      hash = auditHash(hash, seq, entry)
      return { ...entry, seq, hash }
    })
    await insertAudit(tx, rows)
    const anchor = rows.findLast((row) => row.seq % catalogLimits.auditEntriesPerAnchor === 0)
    if (anchor !== undefined) await appendAnchor(tx, anchor)
  })
}

/**
 * Appends the end of the chain as an event, which the ledger carries out of this database: who rewrites the chain from some
 * entry on, or cuts its end, cannot make it fit again.
 */
export async function anchorAudit(sql: Sql): Promise<void> {
  await runTransaction(sql, async (tx) => {
    const last = await findLastAudit(tx)
    if (last !== undefined) await appendAnchor(tx, last)
  })
}

async function appendAnchor(tx: Transaction, { seq, hash }: { seq: number; hash: Uint8Array }): Promise<void> {
  await appendEvents(tx, [{ type: auditAnchorType, payload: { seq, hash: Buffer.from(hash).toString('hex') } }])
}

/** As the database gives it back, or the hash would not match what is read. */
function cleanEntry(entry: AuditEntry): AuditEntry {
  const object = JSON.parse(JSON.stringify(cleanJson(entry.object)))
  return {
    at: entry.at,
    actor: cleanText(entry.actor) ?? '',
    role: cleanText(entry.role) ?? '',
    action: cleanText(entry.action) ?? '',
    outcome: cleanText(entry.outcome) ?? '',
    object,
    ...(entry.purpose === undefined ? {} : { purpose: cleanText(entry.purpose) ?? undefined }),
  }
}
