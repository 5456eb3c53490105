import type { Transaction } from '@vna/database'
import type { AuditEnd } from './audit-chain.ts'

export const auditLock = 7_237_003

/** The end of the audit chain, held until the transaction ends so that nobody else appends meanwhile. */
export async function findLastAudit(tx: Transaction): Promise<AuditEnd | undefined> {
  const [, [last]] = await Promise.all([
    tx`select pg_advisory_xact_lock(${auditLock}::int)`,
    tx<{ seq: number; hash: Buffer }[]>`select seq, hash from audit order by seq desc limit 1`,
  ])
  return last
}
