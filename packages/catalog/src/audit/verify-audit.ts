import type { Sql } from '@vna/database'
import { type AuditRow, auditGenesis, auditHash } from './audit-chain.ts'
import { listAudit } from './list-audit.ts'
import { listAuditAnchors } from './list-audit-anchors.ts'

export type AuditVerdict =
  | { readonly kind: 'intact'; readonly entries: number; readonly lastHash: Uint8Array }
  | { readonly kind: 'broken'; readonly seq: number; readonly problem: 'missing' | 'changed' }

const pageSize = 1000

/** Hashes of entries by their number. */
export type AuditAnchors = ReadonlyMap<number, string>

/**
 * Reads the whole chain again and compares every hash and every anchor, those of this database and those given (the
 * ledger's, which whoever owns the database cannot rewrite); stops at the first entry that does not fit.
 */
export async function verifyAudit(sql: Sql, shipped: AuditAnchors = new Map()): Promise<AuditVerdict> {
  const anchors = [await listAuditAnchors(sql), shipped]
  let seq = 0
  let hash = auditGenesis
  for (;;) {
    const rows = await listAudit(sql, seq, pageSize)
    for (const row of rows) {
      const problem = problemOf(row, { seq, hash }, anchors)
      if (problem !== undefined) return { kind: 'broken', seq: seq + 1, problem }
      seq = row.seq
      hash = row.hash
    }
    if (rows.length < pageSize) break
  }
  // Anchored entries that are no more: the end was cut.
  const isCut = anchors.some((known) => [...known.keys()].some((anchored) => anchored > seq))
  return isCut ? { kind: 'broken', seq: seq + 1, problem: 'missing' } : { kind: 'intact', entries: seq, lastHash: hash }
}

function problemOf(
  row: AuditRow,
  previous: { readonly seq: number; readonly hash: Uint8Array },
  anchors: readonly AuditAnchors[],
): 'missing' | 'changed' | undefined {
  if (row.seq !== previous.seq + 1) return 'missing'
  const expected = Buffer.from(auditHash(previous.hash, row.seq, row))
  const isAnchored = anchors.every((known) => {
    const anchor = known.get(row.seq)
    return anchor === undefined || anchor === expected.toString('hex')
  })
  return expected.equals(row.hash) && isAnchored ? undefined : 'changed'
}
