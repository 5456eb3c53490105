import { setTimeout as sleep } from 'node:timers/promises'
import { callersWork, unwrapCallersWork } from './callers-work.ts'
import type { Sql } from './connect.ts'
import { databaseLimits } from './limits.ts'
import { runQuery } from './run-transaction.ts'

/** Held by whoever rebuilds, for as long as its connection lives; asked, shared, by whoever would act on what is there. */
export const rebuildLock = 7_237_012

export interface RebuildOptions {
  readonly signal?: AbortSignal | undefined
  /** Called once when another rebuild has to end first. */
  readonly onWait?: (() => void) | undefined
}

/**
 * Runs `work` as the only rebuild of this database. Nothing is taken to be published or linked meanwhile: a study that has a
 * part of its instances back, or a person who is merged and not yet taken apart again, must not reach a registry.
 */
export async function runRebuild<T>(sql: Sql, work: () => Promise<T>, options: RebuildOptions = {}): Promise<T> {
  const rebuilt = async () =>
    runQuery(async () => {
      const connection = await sql.reserve()
      try {
        await untilLocked(connection, options)
        return await callersWork(work)
      } finally {
        // Also where the lock was not got: to give back what is not held is a warning and no error.
        await connection`select pg_advisory_unlock(${rebuildLock}::int)`.catch(() => {})
        connection.release()
      }
    })
  return unwrapCallersWork(rebuilt)
}

async function untilLocked(connection: Sql, { signal, onWait }: RebuildOptions): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    await callersWork(() => signal?.throwIfAborted())
    const [lock] = await connection<{ held: boolean }[]>`select pg_try_advisory_lock(${rebuildLock}::int) as held`
    if (lock?.held === true) return
    // Those who ask hold it for a moment only: the first refusals say nothing.
    if (attempt === databaseLimits.rebuildAttemptsBeforeWaiting) onWait?.()
    await sleep(databaseLimits.rebuildPollMs)
  }
}
