import type { Transmission } from '@vna/catalog'
import type { SpooledTransmission } from './transmission-spool.ts'

/** The row of the catalog. Its key makes it one row however often it is told. */
export function transmissionOf({ id, ...row }: SpooledTransmission): Transmission {
  return { ...row, key: id, startedAt: new Date(row.startedAt), endedAt: new Date(row.endedAt) }
}
