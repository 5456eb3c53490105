import type { Sql, Transaction } from '@vna/database'
import { appendEvents, cleanJson, cleanText, runQuery, runTransaction } from '@vna/database'
import { catalogLimits } from '../limits.ts'
import { type AuditEnd, type AuditEntry, type AuditRow, auditGenesis, auditHash } from './audit-chain.ts'
import { findLastAudit } from './find-last-audit.ts'
import { insertAudit, insertAuditAfter } from './insert-audit.ts'

/**
 * Appends entries to the one chain of this catalog; writers of several processes take turns. Who wrote last knows the end
 * and needs one statement; whoever else wrote meanwhile, or put back an older database, makes it look again.
 */
export class AuditAppender {
  readonly #sql: Sql
  #end: AuditEnd | undefined

  constructor(sql: Sql) {
    this.#sql = sql
  }

  async append(entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) return
    const cleaned = entries.map(cleanEntry)
    const end = this.#end
    this.#end = undefined
    this.#end = (end && (await this.#appendAfter(end, cleaned))) ?? (await this.#findEndAndAppend(cleaned))
  }

  /** Undefined when the chain ends elsewhere by now, or an anchor is due. */
  async #appendAfter(end: AuditEnd, entries: readonly AuditEntry[]): Promise<AuditEnd | undefined> {
    const rows = chain(end, entries)
    if (anchoredOf(rows) !== undefined) return undefined
    const isInserted = await runQuery(() => insertAuditAfter(this.#sql, end, rows))
    return isInserted ? rows.at(-1) : undefined
  }

  #findEndAndAppend(entries: readonly AuditEntry[]): Promise<AuditEnd | undefined> {
    return runTransaction(this.#sql, async (tx) => {
      const last = await findLastAudit(tx)
      // Of entry 0: who reads the ledger knows that what was anchored before is of another trail.
      if (last === undefined) await appendAnchor(tx, genesis)
      const rows = chain(last ?? genesis, entries)
      await insertAudit(tx, rows)
      const anchor = anchoredOf(rows)
      if (anchor !== undefined) await appendAnchor(tx, anchor)
      return rows.at(-1)
    })
  }
}

const genesis: AuditEnd = { seq: 0, hash: auditGenesis }

function chain(end: AuditEnd, entries: readonly AuditEntry[]): readonly AuditRow[] {
  let { seq, hash } = end
  return entries.map((entry) => {
    seq += 1
    hash = auditHash(hash, seq, entry)
    return { ...entry, seq, hash }
  })
}

function anchoredOf(rows: readonly AuditRow[]): AuditRow | undefined {
  return rows.findLast((row) => row.seq % catalogLimits.auditEntriesPerAnchor === 0)
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

async function appendAnchor(tx: Transaction, { seq, hash }: AuditEnd): Promise<void> {
  await appendEvents(tx, [{ type: 'audit-anchor', payload: { seq, hash: Buffer.from(hash).toString('hex') } }])
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
