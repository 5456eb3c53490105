import { randomUUID } from 'node:crypto'
import type { InsertTransmissions, KeyedTransmission, Transmission, TransmissionRecorder } from './transmission.ts'

export interface BatchingLimits {
  readonly flushAfterMs: number
  readonly maxBatch: number
  /** Rows kept while the database is away; the oldest leave first. */
  readonly maxWaiting: number
}

const batchingLimits: BatchingLimits = { flushAfterMs: 1_000, maxBatch: 500, maxWaiting: 20_000 }

export interface BatchingRecorderOptions {
  /** Told again after a failure that may have been a success: rows of one key are one row. */
  readonly insert: InsertTransmissions
  onTrouble(trouble: { readonly error: unknown; readonly waiting: number; readonly dropped: number }): void
  readonly limits?: BatchingLimits
}

/** For services without a folder of their own: rows wait in memory, bounded, and are written in batches. */
export class BatchingRecorder implements TransmissionRecorder {
  readonly #options: BatchingRecorderOptions
  readonly #limits: BatchingLimits
  #waiting: KeyedTransmission[] = []
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(options: BatchingRecorderOptions) {
    this.#options = options
    this.#limits = options.limits ?? batchingLimits
  }

  record(transmission: Transmission): void {
    this.#waiting.push({ ...transmission, key: randomUUID() })
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
        await this.#options.insert(batch)
      } catch (error) {
        this.#keepForLater(batch, error)
        return
      }
    }
  }

  #keepForLater(batch: readonly KeyedTransmission[], error: unknown): void {
    const all = [...batch, ...this.#waiting]
    this.#waiting = all.slice(-this.#limits.maxWaiting)
    this.#options.onTrouble({ error, waiting: this.#waiting.length, dropped: all.length - this.#waiting.length })
    this.#schedule()
  }
}
