import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql, Transaction } from './connect.ts'
import { isRepeatable, toCatalogError } from './database-error.ts'
import { databaseLimits } from './limits.ts'

/** Runs a READ COMMITTED transaction, again as long as it only met another; failures come out as CatalogError. */
export async function runTransaction<T>(sql: Sql, work: (tx: Transaction) => Promise<T>): Promise<T> {
  // The cast undoes the driver's unwrapping of promise arrays, which `work` never returns.
  return repeat(async () => (await sql.begin('isolation level read committed', work)) as T)
}

/** Runs one statement, or several that only read, without a transaction. */
export async function runQuery<T>(work: () => Promise<T>): Promise<T> {
  return repeat(work)
}

/**
 * Repeats what PostgreSQL undid with 40001 or 40P01, without limit: a conflict with another writer is no reason to refuse
 * an object.
 */
async function repeat<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isRepeatable(error)) throw toCatalogError(error)
      await sleep(pauseMs(attempt))
    }
  }
}

function pauseMs(attempt: number): number {
  const ceiling = Math.min(databaseLimits.retryMaxMs, databaseLimits.retryFirstMs * 2 ** Math.min(attempt, 10))
  return Math.random() * ceiling
}
