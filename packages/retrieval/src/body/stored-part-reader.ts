import type { RangeReader } from '@vna/archive'
import type { PackReaders } from '../stored/pack-readers.ts'
import { type PrefetchBudget, PrefetchingReader } from '../stored/prefetching-reader.ts'
import type { BlockPool } from './block-pool.ts'
import type { BlockSender } from './block-sender.ts'
import type { BodyPart } from './body-part.ts'
import { findRun, type Run } from './find-run.ts'

interface Prefetch {
  readonly budget: PrefetchBudget
  readonly windowsAhead: number
}

/** Sends the stored parts of one body, reading ahead over those that lie side by side where the store asks for that. */
export class StoredPartReader {
  readonly #parts: readonly BodyPart[]
  readonly #packs: PackReaders
  readonly #pool: BlockPool
  readonly #prefetch: Prefetch | undefined
  #run: Run | undefined
  #ahead: PrefetchingReader | undefined

  constructor(parts: readonly BodyPart[], o: { packs: PackReaders; pool: BlockPool; prefetch: Prefetch | undefined }) {
    this.#parts = parts
    this.#packs = o.packs
    this.#pool = o.pool
    this.#prefetch = o.prefetch
  }

  async send(part: Extract<BodyPart, { kind: 'stored' }>, index: number, sender: BlockSender): Promise<void> {
    const { reader, instance } = await this.#packs.open(part.instance)
    const position = instance.offset + part.offset
    const isMoved = instance !== part.instance
    const source = this.#prefetch === undefined || isMoved ? reader : await this.#aheadOf(reader, index, position)
    await sender.writeRange(source, position, part.lengthBytes)
  }

  async close(): Promise<void> {
    await this.#ahead?.close()
  }

  async #aheadOf(reader: RangeReader, index: number, position: number): Promise<RangeReader> {
    const { budget, windowsAhead } = this.#prefetch!
    const run = this.#run
    const packKey = this.#packKeyAt(index)
    if (run !== undefined && run.packKey === packKey && position >= run.start && position < run.end) return this.#ahead!
    await this.close()
    const found = findRun(this.#parts, index)!
    this.#run = found
    this.#ahead = new PrefetchingReader({ reader, ...found, pool: this.#pool, budget, windowsAhead })
    return this.#ahead
  }

  #packKeyAt(index: number): string | undefined {
    const part = this.#parts[index]
    return part?.kind === 'stored' ? part.instance.packKey : undefined
  }
}
