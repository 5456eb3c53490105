import type { Database } from '@vna/database'
import { BatchingRecorder } from './batching-recorder.ts'
import { openTransmissions } from './open-transmissions.ts'
import type { TransmissionRecorder } from './transmission.ts'

export interface WarningLog {
  warn(fields: { readonly err: unknown; readonly waiting: number; readonly dropped: number }, message: string): void
}

/** The recorder of a service that has a database and no folder of its own. */
export function openBatchingRecorder(database: Pick<Database, 'sql'>, logger: WarningLog): TransmissionRecorder {
  return new BatchingRecorder({
    insert: openTransmissions(database).insert,
    onTrouble: ({ error, waiting, dropped }) =>
      logger.warn({ err: error, waiting, dropped }, 'transmissions wait for the database'),
  })
}
