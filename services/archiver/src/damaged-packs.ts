import { readFile, rename, writeFile } from 'node:fs/promises'
import { backoffMs } from '@vna/flow'

export const damagedPacksLimits = {
  /** What is more is tried again with every listing. */
  maxRemembered: 10_000,
  pause: { firstMs: 60_000, maxMs: 6 * 3600 * 1000 },
} as const

interface Remembered {
  readonly problem: string
  readonly attempts: number
  readonly nextAtMs: number
}

/**
 * Packs that could not be registered, each with the time of its next attempt: the pause doubles. Kept in a file, so that a
 * restart tries no sooner; a file that is lost costs one early attempt.
 */
export class DamagedPacks {
  readonly #file: string
  readonly #now: () => number
  readonly #packs: Map<string, Remembered>
  #isChanged = false

  private constructor(file: string, now: () => number, packs: Map<string, Remembered>) {
    this.#file = file
    this.#now = now
    this.#packs = packs
  }

  static async open(file: string, now: () => number = Date.now): Promise<DamagedPacks> {
    return new DamagedPacks(file, now, await readPacks(file))
  }

  get size(): number {
    return this.#packs.size
  }

  /** False also for a pack nobody remembers. */
  isWaiting(packKey: string): boolean {
    return (this.#packs.get(packKey)?.nextAtMs ?? 0) > this.#now()
  }

  /** Those whose pause is over, in no order. */
  due(): readonly string[] {
    return [...this.#packs.keys()].filter((packKey) => !this.isWaiting(packKey))
  }

  /** Returns how often it failed by now. */
  remember(packKey: string, problem: string): number {
    const attempts = (this.#packs.get(packKey)?.attempts ?? 0) + 1
    if (attempts === 1 && this.#packs.size >= damagedPacksLimits.maxRemembered) return attempts
    const pauseMs = backoffMs(attempts - 1, damagedPacksLimits.pause, { jitter: 'none' })
    this.#packs.set(packKey, { problem, attempts, nextAtMs: this.#now() + pauseMs })
    this.#isChanged = true
    return attempts
  }

  forget(packKey: string): void {
    if (this.#packs.delete(packKey)) this.#isChanged = true
  }

  /** Written aside and renamed, where something changed. */
  async save(): Promise<void> {
    if (!this.#isChanged) return
    await writeFile(`${this.#file}.new`, JSON.stringify([...this.#packs]))
    await rename(`${this.#file}.new`, this.#file)
    this.#isChanged = false
  }
}

async function readPacks(file: string): Promise<Map<string, Remembered>> {
  try {
    return new Map(JSON.parse(await readFile(file, 'utf8')) as [string, Remembered][])
  } catch {
    return new Map() // the first start, or a torn file
  }
}
