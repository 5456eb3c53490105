import { type LedgerEvent, LedgerWriter, type ObjectStore, readLedger } from '@vna/archive'
import type { Catalog, CatalogEvent } from '@vna/catalog'
import { applyEntityEvent } from '@vna/entities'

/** Moves decisions from the catalog's outbox to the ledger in the object store; returns how many. */
export type ShipLedger = () => Promise<number>

export function createLedgerShipper(parts: { store: ObjectStore; catalog: Pick<Catalog, 'shipEvents'> }): ShipLedger {
  const writer = new LedgerWriter(parts.store)
  return () =>
    parts.catalog.shipEvents(async (events) => {
      await writer.append(events.map(ledgerEventOf))
    })
}

function ledgerEventOf({ seq, type, createdAt, payload }: CatalogEvent): LedgerEvent {
  return { seq, type, at: createdAt.toISOString(), payload }
}

/** Decisions in the order they were made, each applied at most once however often it was shipped. */
export async function applyLedger(parts: { store: ObjectStore; catalog: Catalog }): Promise<{ applied: number }> {
  let applied = 0
  const seen = new Set<string>()
  for await (const event of readLedger(parts.store)) {
    const { type, payload } = event
    const identity = `${event.seq}/${event.at}`
    if (seen.has(identity) || typeof type !== 'string' || !isPayload(payload)) continue
    seen.add(identity)
    if (await applyEntityEvent(parts.catalog, { type, payload })) applied++
  }
  return { applied }
}

function isPayload(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
