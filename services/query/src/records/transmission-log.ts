import { randomUUID } from 'node:crypto'

/** One answer that left, as operators search it (one row per request). */
export interface TransmissionRecord {
  readonly direction: 'out'
  readonly protocol: 'dicomweb'
  readonly entityCode?: string | undefined
  readonly client: string
  readonly peer?: string | undefined
  readonly startedAt: Date
  readonly endedAt: Date
  readonly instances: number
  readonly failures: number
  readonly bytes: number
  readonly outcome: string
  readonly reason?: string | undefined
  readonly studyInstanceUids: readonly string[]
}

export type KeyedRecord = TransmissionRecord & { readonly key: string }

export interface TransmissionLimits {
  readonly flushAfterMs: number
  readonly maxBatch: number
  /** Rows kept while the catalog is away; the oldest leave first. */
  readonly maxWaiting: number
}

const transmissionLimits: TransmissionLimits = { flushAfterMs: 1_000, maxBatch: 500, maxWaiting: 20_000 }

export interface TransmissionLogOptions {
  /** Told again after a failure that may have been a success: rows of one key are one row. */
  append(records: readonly KeyedRecord[]): Promise<void>
  onTrouble(trouble: { readonly error: unknown; readonly waiting: number; readonly dropped: number }): void
  readonly limits?: TransmissionLimits
}

/** Collects rows and writes them in batches. A request never waits for it, and a failing catalog only delays it. */
export class TransmissionLog {
  readonly #options: TransmissionLogOptions
  readonly #limits: TransmissionLimits
  #waiting: KeyedRecord[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(options: TransmissionLogOptions) {
    this.#options = options
    this.#limits = options.limits ?? transmissionLimits
  }

  record(record: TransmissionRecord): void {
    this.#waiting.push({ ...record, key: randomUUID() })
    this.#schedule()
  }

  /** Writes what waits, once: after this the rest is lost. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#writing
    await this.#write()
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#writing = this.#write()
    }, this.#limits.flushAfterMs)
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#limits.maxBatch)
      try {
        await this.#options.append(batch)
      } catch (error) {
        this.#keepForLater(batch, error)
        return
      }
    }
  }

  #keepForLater(batch: readonly KeyedRecord[], error: unknown): void {
    const all = [...batch, ...this.#waiting]
    this.#waiting = all.slice(-this.#limits.maxWaiting)
    this.#options.onTrouble({ error, waiting: this.#waiting.length, dropped: all.length - this.#waiting.length })
    this.#schedule()
  }
}
