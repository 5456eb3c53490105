import type { Sql } from '../database/open-database.ts'
import { listAudit } from '../queries/list-audit.ts'
import { type AuditRow, auditGenesis, auditHash } from './audit-chain.ts'

export type AuditVerdict =
  | { readonly kind: 'intact'; readonly entries: number; readonly lastHash: Uint8Array }
  | { readonly kind: 'broken'; readonly seq: number; readonly problem: 'missing' | 'changed' }

const pageSize = 1000

/** Reads the whole chain again and compares every hash; stops at the first entry that does not fit. */
export async function verifyAudit(sql: Sql): Promise<AuditVerdict> {
  let seq = 0
  let hash = auditGenesis
  for (;;) {
    const rows = await listAudit(sql, seq, pageSize)
    for (const row of rows) {
      const problem = problemOf(row, seq, hash)
      if (problem !== undefined) return { kind: 'broken', seq: seq + 1, problem }
      seq = row.seq
      hash = row.hash
    }
    if (rows.length < pageSize) return { kind: 'intact', entries: seq, lastHash: hash }
  }
}

function problemOf(row: AuditRow, previousSeq: number, previousHash: Uint8Array): 'missing' | 'changed' | undefined {
  if (row.seq !== previousSeq + 1) return 'missing'
  const expected = auditHash(previousHash, row.seq, row)
  return Buffer.from(expected).equals(row.hash) ? undefined : 'changed'
}
