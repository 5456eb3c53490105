import type { AuditRow } from '../audit/audit-chain.ts'
import type { Transaction } from '../database/open-database.ts'

export async function insertAudit(tx: Transaction, rows: readonly AuditRow[]): Promise<void> {
  const text = JSON.stringify(rows.map((row) => ({ ...row, hash: Buffer.from(row.hash).toString('hex') })))
  await tx`
    insert into audit (seq, at, hash, actor, role, purpose, action, outcome, object)
    select r.seq, r.at, decode(r.hash, 'hex'), r.actor, r.role, r.purpose, r.action, r.outcome, r.object
    from json_to_recordset(${text}::text::json) as r (seq bigint, at timestamptz, hash text, actor text, role text,
      purpose text, action text, outcome text, object jsonb)`
}
