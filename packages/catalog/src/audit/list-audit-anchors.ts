import type { Sql } from '@vna/database'
import type { LedgerEventType } from '@vna/ledger-events'

const auditAnchorType: LedgerEventType = 'audit-anchor'

/** Hashes of the audit chain that were appended as events, by entry number; 0 is its beginning. */
export async function listAuditAnchors(sql: Sql): Promise<ReadonlyMap<number, string>> {
  const rows = await sql<{ seq: number; hash: string }[]>`
    select (payload ->> 'seq')::bigint as seq, payload ->> 'hash' as hash from events where type = ${auditAnchorType}`
  return new Map(rows.map(({ seq, hash }) => [seq, hash]))
}
