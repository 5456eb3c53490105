/** Lets at most `size` operations run at once (PS3.7 D.3.3.3); 0: no limit. Others wait in order. */
export class OperationWindow {
  readonly #size: number
  #running = 0
  readonly #waiting: (() => void)[] = []
  #onEmpty: (() => void)[] = []

  constructor(size: number) {
    this.#size = size === 0 ? Number.POSITIVE_INFINITY : size
  }

  async run<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#size) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await operation()
    } finally {
      this.#leave()
    }
  }

  /** Resolves when nothing runs or waits. */
  async empty(): Promise<void> {
    if (this.#running === 0) return
    await new Promise<void>((resolve) => this.#onEmpty.push(resolve))
  }

  /** The place passes on to the first who waits. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next !== undefined) {
      next()
      return
    }
    this.#running--
    if (this.#running > 0) return
    const empties = this.#onEmpty
    this.#onEmpty = []
    for (const resolve of empties) resolve()
  }
}
