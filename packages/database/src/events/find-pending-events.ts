import type { Sql, Transaction } from '../connect.ts'

/** An event as it was written, by whatever release. */
export interface CatalogEvent {
  readonly seq: number
  readonly type: string
  readonly version: number
  readonly createdAt: Date
  readonly payload: Readonly<Record<string, unknown>>
}

/** Events that are not in the ledger yet, oldest first. */
export async function findPendingEvents(sql: Sql | Transaction, limit: number): Promise<readonly CatalogEvent[]> {
  return sql<CatalogEvent[]>`
    select seq, type, version, created_at as "createdAt", payload from events
    where shipped_at is null order by seq limit ${limit}::int`
}
