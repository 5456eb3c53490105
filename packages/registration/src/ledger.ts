import { type LedgerEntry, LedgerWriter, type ObjectStore, readLedger, readLedgerObjects } from '@vna/archive'
import type { Catalog } from '@vna/catalog'
import type { CatalogEvent, Database } from '@vna/database'
import { applyEntityEvent } from '@vna/entities'
import { type LedgerEvent, LedgerEventError, type ReadEvent, readEvent, splitEvent } from '@vna/ledger-events'
import type { HealthRecord } from '@vna/record'

/** Moves decisions from the catalog's outbox to the ledger in the object store; returns how many. */
export type ShipLedger = () => Promise<number>

export function createLedgerShipper(dependencies: {
  store: ObjectStore
  database: Pick<Database, 'shipEvents'>
}): ShipLedger {
  const writer = new LedgerWriter(dependencies.store)
  return () =>
    dependencies.database.shipEvents(async (events) => {
      await writer.append(events.map(ledgerEntryOf))
    })
}

function ledgerEntryOf({ seq, type, version, createdAt, payload: whole }: CatalogEvent): LedgerEntry {
  const { payload, person } = splitEvent({ type, version, payload: whole })
  return { event: { seq, type, version, at: createdAt.toISOString(), payload }, person }
}

export interface AppliedLedger {
  readonly applied: number
  /** Decisions of which nothing is left, because what they said of a person was erased. */
  readonly erased: number
}

/** Whose rows decisions of the ledger change. */
export interface LedgerTargets {
  readonly catalog: Catalog
  readonly healthRecord: HealthRecord
}

export interface ApplyLedgerDependencies extends LedgerTargets {
  readonly store: ObjectStore
  readonly signal?: AbortSignal | undefined
}

/**
 * Decisions in the order they were made. Throws at the first that cannot be read or applied, LedgerEventError with its place
 * or ArchiveError `broken-ledger`: what follows it may rest on it, and no pack may be found before all of them hold.
 */
export async function applyLedger(dependencies: ApplyLedgerDependencies): Promise<AppliedLedger> {
  const counts = { applied: 0, erased: 0 }
  const recent = new RecentEvents()
  for await (const reading of readLedger(dependencies.store)) {
    dependencies.signal?.throwIfAborted()
    const { key, line, person } = reading
    const read = readEvent(reading.event, { place: { key, line }, person })
    if (!recent.isNew(read)) continue
    if (read.kind === 'erased') counts.erased++
    else {
      await applyLedgerEvent(dependencies, read.event).catch((error: unknown) => {
        throw withPlace(error, { key, line, seq: read.seq, type: read.event.type })
      })
      counts.applied++
    }
  }
  return counts
}

/**
 * What was shipped twice, because a crash came between shipping and noting it, stands twice in the ledger and within one
 * shipment of itself. It is counted once; were it applied twice nothing would be another.
 */
class RecentEvents {
  readonly #identities = new Set<string>()

  isNew({ seq, at }: ReadEvent): boolean {
    const identity = `${seq}/${at}`
    if (this.#identities.has(identity)) return false
    this.#identities.add(identity)
    for (const oldest of this.#identities) {
      if (this.#identities.size <= maxRecentEvents) break
      this.#identities.delete(oldest)
    }
    return true
  }
}

const maxRecentEvents = 10_000

type Details = ConstructorParameters<typeof LedgerEventError>[1]

/** A database that is away is no fault of the event. */
function withPlace(error: unknown, details: Details): unknown {
  const { code, retryable } = error as { readonly code?: string; readonly retryable?: boolean }
  if (retryable === true || error instanceof LedgerEventError) return error
  return new LedgerEventError('event-not-applied', { ...details, problem: code ?? 'internal' }, error)
}

export interface ShippedAnchors {
  /** Hashes of entries of the newest audit trail, by their number. */
  readonly anchors: ReadonlyMap<number, string>
  /** Trails that began after another: a catalog was rebuilt, or somebody took a trail away. */
  readonly restarts: number
}

/** What the ledger knows of the audit trail. Throws `broken-ledger`, and LedgerEventError for an anchor that is none. */
export async function readShippedAnchors(store: ObjectStore): Promise<ShippedAnchors> {
  const anchors = new Map<number, string>()
  let beginnings = 0
  for await (const { seq, hash } of readAnchors(store)) {
    if (seq === 0) {
      beginnings++
      anchors.clear()
    } else anchors.set(seq, hash)
  }
  return { anchors, restarts: Math.max(0, beginnings - 1) }
}

/** Other events are passed over unread: a trail can be proved whatever else the ledger says. */
async function* readAnchors(store: ObjectStore): AsyncGenerator<{ readonly seq: number; readonly hash: string }> {
  for await (const { key, events } of readLedgerObjects(store)) {
    for (const { line, event } of events) {
      if (event.type !== 'audit-anchor') continue
      const read = readEvent(event, { place: { key, line } })
      if (read.kind === 'event' && read.event.type === 'audit-anchor') yield read.event.payload
    }
  }
}

/** Applies one decision again. An anchor of the audit trail has nothing to be applied to: the trail is not in the ledger. */
export async function applyLedgerEvent({ catalog, healthRecord }: LedgerTargets, event: LedgerEvent): Promise<void> {
  switch (event.type) {
    case 'entity-added':
    case 'entity-updated':
      return applyEntityEvent(catalog, event)
    case 'tokens-revoked':
      return catalog.revokeTokens(event.payload, { recordEvent: false })
    default:
      await healthRecord.applyFseEvent(event)
  }
}
