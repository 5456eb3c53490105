import { setTimeout as sleep } from 'node:timers/promises'
import { catalogLimits } from '../limits.ts'
import { isRepeatable, toCatalogError } from './database-error.ts'
import type { Sql, Transaction } from './open-database.ts'

/**
 * Runs a READ COMMITTED transaction and repeats it as long as PostgreSQL answers 40001 or 40P01, without limit: a
 * conflict with another writer is no reason to refuse an object. Every other failure comes out as CatalogError.
 */
export async function runTransaction<T>(sql: Sql, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      // The cast undoes the driver's unwrapping of promise arrays, which `work` never returns.
      return (await sql.begin('isolation level read committed', work)) as T
    } catch (error) {
      if (!isRepeatable(error)) throw toCatalogError(error)
      await sleep(pauseMs(attempt))
    }
  }
}

/** Runs one statement or several without a transaction; failures come out as CatalogError. */
export async function runQuery<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toCatalogError(error)
  }
}

function pauseMs(attempt: number): number {
  const ceiling = Math.min(catalogLimits.retryMaxMs, catalogLimits.retryFirstMs * 2 ** Math.min(attempt, 10))
  return Math.random() * ceiling
}
