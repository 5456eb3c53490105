import { type RetryOptions, retry } from '@vna/flow'
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
  try {
    return await retry(work, repeating)
  } catch (error) {
    throw toCatalogError(error)
  }
}

const repeating: RetryOptions = {
  firstMs: databaseLimits.retryFirstMs,
  maxMs: databaseLimits.retryMaxMs,
  jitter: 'full',
  isRetryable: isRepeatable,
}
