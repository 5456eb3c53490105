import { ArchiveError } from '../archive-error.ts'
import type { ObjectStore } from '../store/object-store.ts'
import {
  brokenLedger,
  type LedgerEvent,
  type LedgerObject,
  type LedgerPosition,
  ledgerPrefix,
  noHash,
  parseLedgerKey,
  parseLedgerObject,
} from './ledger-object.ts'

/** All events in the order they were decided. Throws `broken-ledger` at the first object that does not follow its last. */
export async function* readLedger(store: ObjectStore): AsyncGenerator<LedgerEvent> {
  for await (const object of readLedgerObjects(store)) yield* object.events
}

export async function* readLedgerObjects(store: ObjectStore): AsyncGenerator<LedgerObject> {
  let last: LedgerPosition = { number: 0, hash: noHash }
  for await (const { key } of store.list(ledgerPrefix)) {
    const place = parseLedgerKey(key)
    if (place === undefined) continue
    // Told by the key alone, so that the first broken link is named even when the object cannot be read.
    if (place.number <= last.number) throw brokenLedger(key, 'fork')
    if (place.number !== last.number + 1) throw brokenLedger(key, 'gap')
    const object = parseLedgerObject(key, await store.read(key))
    if (object.previous !== last.hash) throw brokenLedger(key, 'previous')
    yield object
    last = object
  }
}

export type LedgerVerification =
  | { ok: true; objects: number; events: number; head: LedgerPosition | undefined }
  | { ok: false; objects: number; events: number; brokenAt: string; reason: string }

/**
 * Walks the whole chain and names the first broken link. A chain that was cut at its end looks whole: so give the
 * position last shipped, as the catalog remembers it, in `expected`.
 */
export async function verifyLedger(
  store: ObjectStore,
  o: { expected?: LedgerPosition } = {},
): Promise<LedgerVerification> {
  let objects = 0
  let events = 0
  let head: LedgerPosition | undefined
  let isExpectedFound = o.expected === undefined
  try {
    for await (const { number, hash, events: found } of readLedgerObjects(store)) {
      objects++
      events += found.length
      head = { number, hash }
      if (number === o.expected?.number && hash === o.expected.hash) isExpectedFound = true
    }
  } catch (error) {
    if (!(error instanceof ArchiveError) || error.code !== 'broken-ledger') throw error
    const { key, reason } = error.details
    return { ok: false, objects, events, brokenAt: String(key), reason: String(reason) }
  }
  if (!isExpectedFound) {
    return { ok: false, objects, events, brokenAt: `number ${o.expected?.number}`, reason: 'missing' }
  }
  return { ok: true, objects, events, head }
}
