import type { Sql } from '@vna/database'
import { appendEvents, callersWork, runTransaction, unwrapCallersWork } from '@vna/database'
import type { EntityRow } from './entity-row.ts'
import { listEntities } from './list-entities.ts'
import { putEntity } from './put-entity.ts'

export interface EntityChange {
  /** Decides the new settings from all entities as they are; throwing leaves everything as it was. */
  decide(current: readonly EntityRow[]): {
    readonly entity: EntityRow
    readonly eventType: 'entity-added' | 'entity-updated'
  }
  /** False when the change itself comes from the ledger. */
  readonly recordEvent?: boolean
  /** From when on the settings count, where they are replayed; else now. */
  readonly since?: Date
}

const entityLock = 7_237_004

/** One change of the directory at a time, so that no two entities get the same AE title. */
export async function writeEntity(sql: Sql, change: EntityChange): Promise<void> {
  const written = async () =>
    runTransaction(sql, async (tx) => {
      await tx`select pg_advisory_xact_lock(${entityLock}::int)`
      const current = await listEntities(tx)
      const { entity, eventType } = await callersWork(async () => change.decide(current))
      const since = await putEntity(tx, entity, change.since)
      if (change.recordEvent === false) return
      await appendEvents(tx, [{ type: eventType, payload: { ...entity, since: since.toISOString() } }])
    })
  await unwrapCallersWork(written)
}
