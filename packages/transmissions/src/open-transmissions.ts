import { type Database, runQuery } from '@vna/database'
import { insertTransmissions } from './insert-transmissions.ts'
import { type ListedTransmission, listTransmissions, type TransmissionFilter } from './list-transmissions.ts'
import type { KeyedTransmission } from './transmission.ts'

/** The rows in the database. Every method fails with CatalogError; `retryable` tells whether to try again. */
export interface TransmissionTable {
  /** What is told twice under one key is kept once. */
  insert(rows: readonly KeyedTransmission[]): Promise<void>
  list(filter: TransmissionFilter): Promise<readonly ListedTransmission[]>
}

export function openTransmissions({ sql }: Pick<Database, 'sql'>): TransmissionTable {
  return {
    insert: (rows) => runQuery(() => insertTransmissions(sql, rows)),
    list: (filter) => runQuery(() => listTransmissions(sql, filter)),
  }
}
