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
import { isPersonsKey, type PersonValues, parsePersons, personsPrefix } from './persons-object.ts'

/** What stands beside a line about a person: nothing ever, its values, or nothing any more. */
export type LedgerPerson =
  | { readonly kind: 'none' }
  | { readonly kind: 'kept'; readonly values: PersonValues }
  | { readonly kind: 'erased' }

export interface LedgerReading {
  readonly key: string
  readonly line: number
  readonly event: LedgerEvent
  readonly person: LedgerPerson
}

/**
 * All events in the order they were decided, each with what is kept of a person. Throws `broken-ledger` at the first object
 * that does not follow its last, or whose values about persons are others than were chained.
 */
export async function* readLedger(store: ObjectStore): AsyncGenerator<LedgerReading> {
  for await (const object of readLedgerObjects(store)) yield* (await withPersons(store, object)).readings
}

interface WithPersons {
  readonly readings: readonly LedgerReading[]
  /** Whether the object with the values is there, whatever it still holds. */
  readonly hasPersons: boolean
}

async function withPersons(store: ObjectStore, object: LedgerObject): Promise<WithPersons> {
  const { key, events } = object
  const kept = await readPersons(store, object)
  const readings = events.map(({ line, event, personDigest }): LedgerReading => {
    if (personDigest === undefined) return { key, line, event, person: { kind: 'none' } }
    const values = kept?.get(line)
    return { key, line, event, person: values === undefined ? { kind: 'erased' } : { kind: 'kept', values } }
  })
  return { readings, hasPersons: kept !== undefined }
}

/** Undefined where none is named, or the one that is named is gone: then all of it was erased. */
async function readPersons(
  store: ObjectStore,
  { key, events, personsKey }: LedgerObject,
): Promise<ReadonlyMap<number, PersonValues> | undefined> {
  const digests = new Map<number, string>()
  for (const { line, personDigest } of events) if (personDigest !== undefined) digests.set(line, personDigest)
  if (personsKey === undefined) {
    if (digests.size > 0) throw brokenLedger(key, 'head')
    return undefined
  }
  const bytes = await readOrErased(store, personsKey)
  if (bytes === undefined) return undefined
  const kept = parsePersons(bytes, digests)
  if (kept === undefined) throw brokenLedger(personsKey, 'person-digest')
  return kept
}

async function readOrErased(store: ObjectStore, key: string): Promise<Uint8Array | undefined> {
  try {
    return await store.read(key)
  } catch (error) {
    if (error instanceof ArchiveError && error.code === 'missing-object') return undefined
    throw error
  }
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

export interface LedgerCounts {
  objects: number
  events: number
  /** Events whose values about a person are there, and as they were chained. */
  withPerson: number
  /** Events whose values about a person were erased. */
  erased: number
}

export type LedgerVerification =
  | (LedgerCounts & {
      ok: true
      head: LedgerPosition | undefined
      /** Objects with values about persons that no object of the chain names: what an append that failed half way left. */
      unnamedPersons: number
    })
  | (LedgerCounts & { ok: false; brokenAt: string; reason: string })

/**
 * Walks the whole chain with what it says of persons, and names the first broken link. A chain that was cut at its end looks
 * whole: so give the position last shipped, as the catalog remembers it, in `expected`.
 */
export async function verifyLedger(
  store: ObjectStore,
  o: { expected?: LedgerPosition } = {},
): Promise<LedgerVerification> {
  const counts: LedgerCounts = { objects: 0, events: 0, withPerson: 0, erased: 0 }
  const { expected } = o
  let head: LedgerPosition | undefined
  let named = 0
  let isExpectedFound = expected === undefined
  try {
    for await (const object of readLedgerObjects(store)) {
      const { number, hash } = object
      const { readings, hasPersons } = await withPersons(store, object)
      count(counts, readings)
      if (hasPersons) named++
      head = { number, hash }
      if (number === expected?.number && hash === expected.hash) isExpectedFound = true
    }
  } catch (error) {
    if (!(error instanceof ArchiveError) || error.code !== 'broken-ledger') throw error
    const { key, reason } = error.details
    return { ok: false, ...counts, brokenAt: String(key), reason: String(reason) }
  }
  if (!isExpectedFound) return { ok: false, ...counts, brokenAt: `number ${expected?.number}`, reason: 'missing' }
  return { ok: true, ...counts, head, unnamedPersons: Math.max(0, (await countPersons(store)) - named) }
}

function count(counts: LedgerCounts, readings: readonly LedgerReading[]): void {
  counts.objects++
  counts.events += readings.length
  for (const { person } of readings) {
    if (person.kind === 'kept') counts.withPerson++
    if (person.kind === 'erased') counts.erased++
  }
}

async function countPersons(store: ObjectStore): Promise<number> {
  let objects = 0
  for await (const { key } of store.list(personsPrefix)) if (isPersonsKey(key)) objects++
  return objects
}
