import { createHash, randomBytes } from 'node:crypto'

/** Values about a person, of one event. */
export interface PersonValues {
  readonly [field: string]: unknown
}

export interface EncodedPersons {
  readonly key: string
  readonly bytes: Buffer
  /** Of each event in its order; undefined where it has none. */
  readonly digests: readonly (string | undefined)[]
}

export const personsPrefix = 'ledger-persons/'
/** So that a digest in the chain, which stays, does not tell a value that somebody guesses. */
const saltBytes = 16
const keyPattern = /^ledger-persons\/\d{4}\/\d{2}\/\d{2}\/\d{12}-[0-9a-f]{32}\.ndjson$/
/** As many lines as the chained object has before its first event. */
const linesBeforeEvents = 1

/**
 * One line for each event that says something of a person: the number of the chained line, a salt, the values. The key has a
 * random part: an append that is tried again must never write over what the first attempt may have chained.
 */
export function encodePersons(place: string, values: readonly (PersonValues | undefined)[]): EncodedPersons {
  const lines = values.map((one, index) => one && encodeLine(index + linesBeforeEvents + 1, one))
  const kept = lines.filter((line) => line !== undefined)
  return {
    key: `${personsPrefix}${place}-${randomBytes(16).toString('hex')}.ndjson`,
    bytes: Buffer.from(kept.map((line) => `${line}\n`).join('')),
    digests: lines.map((line) => line && digestOf(line)),
  }
}

export function isPersonsKey(value: unknown): value is string {
  return typeof value === 'string' && keyPattern.test(value)
}

/**
 * The values by the number of their chained line. A line that is not there was erased; undefined for anything else that is
 * not what the chain says: another text, a line of no event, or one twice.
 */
export function parsePersons(
  bytes: Uint8Array,
  digests: ReadonlyMap<number, string>,
): ReadonlyMap<number, PersonValues> | undefined {
  const found = new Map<number, PersonValues>()
  for (const text of Buffer.from(bytes).toString('utf8').split('\n')) {
    if (text === '') continue
    const line = parseLine(text)
    if (line === undefined || found.has(line.line) || digests.get(line.line) !== digestOf(text)) return undefined
    found.set(line.line, line.values)
  }
  return found
}

function encodeLine(line: number, values: PersonValues): string {
  return JSON.stringify({ line, salt: randomBytes(saltBytes).toString('hex'), values })
}

function parseLine(text: string): { line: number; values: PersonValues } | undefined {
  try {
    const { line, values } = JSON.parse(text)
    return typeof line === 'number' && typeof values === 'object' && values !== null ? { line, values } : undefined
  } catch {
    return undefined
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
