import { ArchiveError } from '../archive-error.ts'
import type { ObjectStore } from '../store/object-store.ts'
import {
  encodeLedgerObject,
  type LedgerEntry,
  type LedgerPosition,
  ledgerPrefix,
  parseLedgerKey,
} from './ledger-object.ts'

type LedgerHead = LedgerPosition & { day: string }

/** Names the first day that has to be listed to find the head; written with the first object of each day. */
const dayHintKey = `${ledgerPrefix}day.json`
const dayMs = 86_400_000
/** After a longer silence than this the whole ledger is listed. */
const maxHintDays = 366

/**
 * Appends events to the ledger, one object for each call, each naming the SHA-256 of the one before it; values about persons go
 * into an object beside it first. There must be
 * one writer at a time (the catalog's outbox lock sees to it); a second one would fork the chain, which reading notices.
 * When an append fails its outcome is unknown: the next one looks for the head again, so that the chain goes on, and the
 * caller ships its events again.
 */
export class LedgerWriter {
  readonly #store: ObjectStore
  readonly #now: () => number
  #head: LedgerHead | undefined
  #isHeadKnown = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(store: ObjectStore, o: { now?: () => number } = {}) {
    this.#store = store
    this.#now = o.now ?? Date.now
  }

  /** Resolves when the events are durable. `undefined` for no events. */
  append(entries: readonly LedgerEntry[]): Promise<LedgerPosition | undefined> {
    const appended = this.#last.then(() => this.#append(entries))
    this.#last = appended.catch(() => {})
    return appended
  }

  async #append(entries: readonly LedgerEntry[]): Promise<LedgerPosition | undefined> {
    if (entries.length === 0) return undefined
    if (!this.#isHeadKnown) this.#head = await this.#findHead()
    this.#isHeadKnown = false
    const writtenAt = new Date(this.#now()).toISOString()
    const today = dayOf(this.#now())
    // Never an earlier day than the last object's, whatever the clock says: the order of keys is the order of numbers.
    const day = this.#head !== undefined && this.#head.day > today ? this.#head.day : today
    const { key, bytes, position, persons } = encodeLedgerObject({ previous: this.#head, day, writtenAt, entries })
    const isFirstOfDay = this.#head?.day !== day
    // First, so that a chained line never names values that were not kept.
    if (persons !== undefined) await this.#putLines(persons)
    await this.#putLines({ key, bytes })
    this.#head = { ...position, day }
    if (isFirstOfDay) await this.#writeHint(day)
    this.#isHeadKnown = true
    return position
  }

  async #putLines({ key, bytes }: { readonly key: string; readonly bytes: Uint8Array }): Promise<void> {
    await this.#store.put(key, { bytes }, { sizeBytes: bytes.length, contentType: 'application/x-ndjson' })
  }

  async #findHead(): Promise<LedgerHead | undefined> {
    const hint = await this.#readHint()
    const prefixes =
      hint === undefined ? [ledgerPrefix] : daysFrom(hint, this.#now()).map((day) => `${ledgerPrefix}${day}/`)
    let head: LedgerHead | undefined
    for (const prefix of prefixes) {
      for await (const { key } of this.#store.list(prefix)) head = parseLedgerKey(key) ?? head
    }
    return head
  }

  async #readHint(): Promise<string | undefined> {
    try {
      const text = Buffer.from(await this.#store.read(dayHintKey)).toString('utf8')
      const day = /"day":"(\d{4}\/\d{2}\/\d{2})"/.exec(text)?.[1]
      return day !== undefined && daysFrom(day, this.#now()).length <= maxHintDays ? day : undefined
    } catch (error) {
      if (error instanceof ArchiveError && error.code === 'missing-object') return undefined
      throw error
    }
  }

  async #writeHint(day: string): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify({ day })}\n`)
    await this.#store.put(dayHintKey, { bytes }, { sizeBytes: bytes.length, contentType: 'application/json' })
  }
}

function dayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/')
}

/** From `day` to the day after today, since another writer's clock may be ahead; at least `day` itself. */
function daysFrom(day: string, nowMs: number): string[] {
  const days: string[] = []
  const first = Date.parse(`${day.replaceAll('/', '-')}T00:00:00Z`)
  for (let at = first; at <= Math.max(first, nowMs + dayMs); at += dayMs) days.push(dayOf(at))
  return days
}
