import type { RangeReader } from '@vna/archive'
import type { BlockPool } from '../body/block-pool.ts'

/** Windows that all answers together may hold ahead of what they send. */
export class PrefetchBudget {
  #free: number

  constructor(maxWindows: number) {
    this.#free = maxWindows
  }

  take(): boolean {
    if (this.#free === 0) return false
    this.#free -= 1
    return true
  }

  giveBack(): void {
    this.#free += 1
  }
}

interface Window {
  readonly block: Buffer
  readonly filled: Promise<number>
}

/**
 * Reads a stretch of an object in windows of one block, several of them asked for ahead: where each read is a request over
 * the network, the time of one is spent sending the last. Short reads at the end of a window are the caller's to repeat.
 * One owner, which closes it; without budget it reads straight from the object.
 */
export class PrefetchingReader implements RangeReader {
  readonly sizeBytes: number
  readonly #reader: RangeReader
  readonly #start: number
  readonly #end: number
  readonly #pool: BlockPool
  readonly #budget: PrefetchBudget
  readonly #windowsAhead: number
  readonly #windows = new Map<number, Window>()

  constructor(o: {
    reader: RangeReader
    start: number
    end: number
    pool: BlockPool
    budget: PrefetchBudget
    windowsAhead: number
  }) {
    this.sizeBytes = o.reader.sizeBytes
    this.#reader = o.reader
    this.#start = o.start
    this.#end = o.end
    this.#pool = o.pool
    this.#budget = o.budget
    this.#windowsAhead = o.windowsAhead
  }

  async read(target: Buffer, targetOffset: number, length: number, position: number): Promise<number> {
    if (position < this.#start || position >= this.#end)
      return this.#reader.read(target, targetOffset, length, position)
    const index = Math.floor((position - this.#start) / this.#pool.blockBytes)
    for (const earlier of this.#windows.keys()) if (earlier < index) this.#drop(earlier)
    for (let ahead = 0; ahead <= this.#windowsAhead; ahead++) this.#fetch(index + ahead)
    const window = this.#windows.get(index)
    if (window === undefined) return this.#reader.read(target, targetOffset, length, position)
    const filled = await window.filled
    const from = position - this.#startOf(index)
    return window.block.copy(target, targetOffset, from, Math.min(from + length, filled))
  }

  /** Windows still on their way are given back when they arrive. The reader below is not closed. */
  async close(): Promise<void> {
    for (const index of [...this.#windows.keys()]) this.#drop(index)
  }

  #fetch(index: number): void {
    const start = this.#startOf(index)
    if (start >= this.#end || this.#windows.has(index) || !this.#budget.take()) return
    const block = this.#pool.take()
    const length = Math.min(block.length, this.#end - start)
    const filled = this.#reader.read(block, 0, length, start)
    filled.catch(() => {}) // told to whoever reads the window
    this.#windows.set(index, { block, filled })
  }

  #drop(index: number): void {
    const window = this.#windows.get(index)
    if (window === undefined) return
    this.#windows.delete(index)
    const giveBack = (): void => {
      this.#pool.giveBack(window.block)
      this.#budget.giveBack()
    }
    window.filled.then(giveBack, giveBack)
  }

  #startOf(index: number): number {
    return this.#start + index * this.#pool.blockBytes
  }
}
