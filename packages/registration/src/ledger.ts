import { type LedgerEvent, LedgerWriter, type ObjectStore, readLedger } from '@vna/archive'
import type { Catalog } from '@vna/catalog'
import type { CatalogEvent, Database } from '@vna/database'
import { applyEntityEvent } from '@vna/entities'
import type { FseEvent, HealthRecord } from '@vna/record'

/** Moves decisions from the catalog's outbox to the ledger in the object store; returns how many. */
export type ShipLedger = () => Promise<number>

export function createLedgerShipper(parts: { store: ObjectStore; database: Pick<Database, 'shipEvents'> }): ShipLedger {
  const writer = new LedgerWriter(parts.store)
  return () =>
    parts.database.shipEvents(async (events) => {
      await writer.append(events.map(ledgerEventOf))
    })
}

function ledgerEventOf({ seq, type, createdAt, payload }: CatalogEvent): LedgerEvent {
  return { seq, type, at: createdAt.toISOString(), payload }
}

/** Whose rows decisions of the ledger change. */
export interface LedgerTargets {
  readonly catalog: Catalog
  readonly healthRecord: HealthRecord
}

export interface AppliedLedger {
  readonly applied: number
  /** Decisions no part of this archive knows, such as those of a later version. */
  readonly skipped: number
}

/** Decisions in the order they were made, each applied at most once however often it was shipped. */
export async function applyLedger(parts: LedgerTargets & { store: ObjectStore }): Promise<AppliedLedger> {
  const counts = { applied: 0, skipped: 0 }
  const seen = new Set<string>()
  for await (const event of readLedger(parts.store)) {
    const { type, payload } = event
    const identity = `${event.seq}/${event.at}`
    if (seen.has(identity)) continue
    seen.add(identity)
    const isKnown = typeof type === 'string' && isPayload(payload) && (await applyLedgerEvent(parts, { type, payload }))
    if (isKnown) counts.applied++
    else counts.skipped++
  }
  return counts
}

/** The audit trail itself is not in the ledger: its anchors have nothing to be applied to. */
const notReplayed: readonly string[] = ['audit-anchor']

export interface ShippedAnchors {
  /** Hashes of entries of the newest audit trail, by their number. */
  readonly anchors: ReadonlyMap<number, string>
  /** Trails that began after another: a catalog was rebuilt, or somebody took a trail away. */
  readonly restarts: number
}

/** What the ledger knows of the audit trail. Throws `broken-ledger`. */
export async function readShippedAnchors(store: ObjectStore): Promise<ShippedAnchors> {
  const anchors = new Map<number, string>()
  let beginnings = 0
  for await (const { type, payload } of readLedger(store)) {
    if (type !== 'audit-anchor' || !isPayload(payload)) continue
    if (payload.seq === 0) {
      beginnings++
      anchors.clear()
    } else anchors.set(Number(payload.seq), String(payload.hash))
  }
  return { anchors, restarts: Math.max(0, beginnings - 1) }
}

/** Applies one decision again; false when no part of this archive knows it. */
export async function applyLedgerEvent({ catalog, healthRecord }: LedgerTargets, event: FseEvent): Promise<boolean> {
  if (notReplayed.includes(event.type)) return true
  return (await applyEntityEvent(catalog, event)) || (await healthRecord.applyFseEvent(event))
}

function isPayload(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
