import type { Sql, Transaction } from '@vna/database'
import type { AuditEnd, AuditRow } from './audit-chain.ts'
import { auditLock } from './find-last-audit.ts'

export async function insertAudit(tx: Transaction, rows: readonly AuditRow[]): Promise<void> {
  await tx`
    insert into audit (seq, at, hash, actor, role, purpose, action, outcome, object)
    select r.seq, r.at, decode(r.hash, 'hex'), r.actor, r.role, r.purpose, r.action, r.outcome, r.object
    from json_to_recordset(${jsonOf(rows)}::text::json) as r (seq bigint, at timestamptz, hash text, actor text,
      role text, purpose text, action text, outcome text, object jsonb)`
}

/**
 * Inserts rows that were hashed onto `end`, in one statement, provided that the chain ends there still: false, and nothing
 * inserted, when it does not. Takes the lock of those who look for the end first; who waited for it finds the numbers taken.
 */
export async function insertAuditAfter(sql: Sql, end: AuditEnd, rows: readonly AuditRow[]): Promise<boolean> {
  try {
    const inserted = await sql`
      with held as materialized (select pg_advisory_xact_lock(${auditLock}::int))
      insert into audit (seq, at, hash, actor, role, purpose, action, outcome, object)
      select r.seq, r.at, decode(r.hash, 'hex'), r.actor, r.role, r.purpose, r.action, r.outcome, r.object
      from held, json_to_recordset(${jsonOf(rows)}::text::json) as r (seq bigint, at timestamptz, hash text, actor text,
        role text, purpose text, action text, outcome text, object jsonb)
      where exists (select from audit
        where seq = ${end.seq}::bigint and hash = decode(${Buffer.from(end.hash).toString('hex')}, 'hex'))
      order by r.seq`
    return inserted.count === rows.length
  } catch (error) {
    if ((error as { code?: unknown }).code === uniqueViolation) return false
    throw error
  }
}

const uniqueViolation = '23505'

function jsonOf(rows: readonly AuditRow[]): string {
  return JSON.stringify(rows.map((row) => ({ ...row, hash: Buffer.from(row.hash).toString('hex') })))
}
