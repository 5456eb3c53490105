import { createHash } from 'node:crypto'
import { ArchiveError } from '../archive-error.ts'

/** A decision, as the catalog committed it: any JSON object. Shipped at least once: whoever applies it looks at its id. */
export interface LedgerEvent {
  readonly [field: string]: unknown
}

/** A place in the chain: the object with this number had this SHA-256. */
export interface LedgerPosition {
  number: number
  hash: string
}

export type LedgerObject = LedgerPosition & { key: string; previous: string; writtenAt: string; events: LedgerEvent[] }

const ledgerFormat = 1
export const ledgerPrefix = 'ledger/'
/** What the first object of a chain names as the one before it. */
export const noHash = '0'.repeat(64)
const numberDigits = 12
const keyPattern = /^ledger\/(\d{4}\/\d{2}\/\d{2})\/(\d{12})-([0-9a-f]{64})\.ndjson$/

export function encodeLedgerObject(o: {
  previous: LedgerPosition | undefined
  /** `YYYY/MM/DD` */
  day: string
  writtenAt: string
  events: readonly LedgerEvent[]
}): { key: string; bytes: Buffer; position: LedgerPosition } {
  const number = (o.previous?.number ?? 0) + 1
  const previous = o.previous?.hash ?? noHash
  const head = { format: ledgerFormat, number, previous, written: o.writtenAt, events: o.events.length }
  const bytes = Buffer.from(`${[head, ...o.events].map((line) => JSON.stringify(line)).join('\n')}\n`)
  const hash = hashOf(bytes)
  const key = `${ledgerPrefix}${o.day}/${String(number).padStart(numberDigits, '0')}-${hash}.ndjson`
  return { key, bytes, position: { number, hash } }
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
  const { format, number, previous, written } = head ?? {}
  if (format !== ledgerFormat || number !== place.number || events.length !== head?.events) {
    throw brokenLedger(key, 'head')
  }
  if (typeof previous !== 'string' || typeof written !== 'string') throw brokenLedger(key, 'head')
  return { key, number: place.number, hash: place.hash, previous, writtenAt: written, events }
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
