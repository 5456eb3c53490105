import type { Sql } from '@vna/database'
import type { AuditRow } from './audit-chain.ts'

type ListedRow = Omit<AuditRow, 'purpose'> & { readonly purpose: string | null }

/** Entries after a number, in order. */
export async function listAudit(sql: Sql, afterSeq: number, limit: number): Promise<readonly AuditRow[]> {
  const rows = await sql<ListedRow[]>`
    select seq, at, hash, actor, role, purpose, action, outcome, object from audit
    where seq > ${afterSeq}::bigint order by seq limit ${limit}::int`
  return rows.map(({ purpose, ...row }) => ({ ...row, ...(purpose === null ? {} : { purpose }) }))
}
