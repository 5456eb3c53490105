import { createHash } from 'node:crypto'
import { ArchiveError } from '../archive-error.ts'
import { type EncodedPersons, encodePersons, isPersonsKey, type PersonValues } from './persons-object.ts'

/** A decision, as the catalog committed it: any JSON object. Shipped at least once: whoever applies it looks at its id. */
export interface LedgerEvent {
  readonly [field: string]: unknown
}

/** A decision to be written; values about a person stand beside the chain, where they can be erased. */
export interface LedgerEntry {
  readonly event: LedgerEvent
  readonly person?: PersonValues | undefined
}

/** A place in the chain: the object with this number had this SHA-256. */
export interface LedgerPosition {
  number: number
  hash: string
}

export interface LedgerObject extends LedgerPosition {
  key: string
  previous: string
  writtenAt: string
  events: LedgerLine[]
  /** The object with the values about persons; absent where no line has any. */
  personsKey: string | undefined
}

export interface LedgerLine {
  /** In the object, the head being 1. */
  readonly line: number
  readonly event: LedgerEvent
  /** SHA-256 of the line about a person in the other object. */
  readonly personDigest: string | undefined
}

/** Format 1 had everything in its lines; it is read as it is. */
const ledgerFormat = 2
const readFormats: readonly unknown[] = [1, ledgerFormat]
export const ledgerPrefix = 'ledger/'
/** What the first object of a chain names as the one before it. */
export const noHash = '0'.repeat(64)
const numberDigits = 12
const keyPattern = /^ledger\/(\d{4}\/\d{2}\/\d{2})\/(\d{12})-([0-9a-f]{64})\.ndjson$/

export interface EncodedLedgerObject {
  readonly key: string
  readonly bytes: Buffer
  readonly position: LedgerPosition
  /** To be durable before the object itself is written. */
  readonly persons: EncodedPersons | undefined
}

export function encodeLedgerObject(o: {
  previous: LedgerPosition | undefined
  /** `YYYY/MM/DD` */
  day: string
  writtenAt: string
  entries: readonly LedgerEntry[]
}): EncodedLedgerObject {
  const number = (o.previous?.number ?? 0) + 1
  const place = `${o.day}/${String(number).padStart(numberDigits, '0')}`
  const values = o.entries.map(({ person }) => person)
  const persons = values.every((one) => one === undefined) ? undefined : encodePersons(place, values)
  const head = {
    ...{ format: ledgerFormat, number, previous: o.previous?.hash ?? noHash, written: o.writtenAt },
    ...{ events: o.entries.length, persons: persons?.key },
  }
  const lines = o.entries.map(({ event }, index) => ({ ...event, person: persons?.digests[index] }))
  const bytes = Buffer.from(`${[head, ...lines].map((line) => JSON.stringify(line)).join('\n')}\n`)
  const hash = hashOf(bytes)
  return { key: `${ledgerPrefix}${place}-${hash}.ndjson`, bytes, position: { number, hash }, persons }
}

/** Number, hash and day from a key; `undefined` for a key that is no ledger object's. */
export function parseLedgerKey(key: string): (LedgerPosition & { day: string }) | undefined {
  const [, day, number, hash] = keyPattern.exec(key) ?? []
  if (day === undefined || number === undefined || hash === undefined) return undefined
  return { day, number: Number(number), hash }
}

/** Throws `broken-ledger`, with the key and the reason, unless the bytes are those the key names. */
export function parseLedgerObject(key: string, bytes: Uint8Array): LedgerObject {
  const place = parseLedgerKey(key)
  if (place === undefined) throw brokenLedger(key, 'key')
  if (hashOf(bytes) !== place.hash) throw brokenLedger(key, 'hash')
  const [head, ...events] = parseLines(key, Buffer.from(bytes).toString('utf8'))
  const { format, number, previous, written, persons } = head ?? {}
  if (!readFormats.includes(format) || number !== place.number || events.length !== head?.events) {
    throw brokenLedger(key, 'head')
  }
  if (typeof previous !== 'string' || typeof written !== 'string') throw brokenLedger(key, 'head')
  if (persons !== undefined && !isPersonsKey(persons)) throw brokenLedger(key, 'head')
  const lines = events.map((event, index) => lineOf(event, { line: index + 2, format }))
  return {
    key,
    ...{ number: place.number, hash: place.hash },
    previous,
    writtenAt: written,
    events: lines,
    personsKey: persons,
  }
}

function lineOf(value: LedgerEvent, { line, format }: { line: number; format: unknown }): LedgerLine {
  if (format === 1) return { line, event: value, personDigest: undefined }
  const { person, ...event } = value
  return { line, event, personDigest: person === undefined ? undefined : String(person) }
}

export function brokenLedger(key: string, reason: string): ArchiveError {
  return new ArchiveError('broken-ledger', { details: { key, reason } })
}

function parseLines(key: string, text: string): LedgerEvent[] {
  try {
    return text.trimEnd().split('\n').map(parseLine)
  } catch {
    throw brokenLedger(key, 'json')
  }
}

function parseLine(line: string): LedgerEvent {
  const value: unknown = JSON.parse(line)
  if (typeof value !== 'object' || value === null) throw new SyntaxError('no object')
  return value as LedgerEvent
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
