/**
 * Chooses what one run looks at of a list too long to be looked at whole: half of the run the first of it, which are
 * next in turn, and half what follows where the last run ended. Every id comes up within a bounded number of runs.
 */
export class ReconcileCursor {
  readonly #size: number
  #last = ''

  constructor(size: number) {
    this.#size = size
  }

  /** `ids` ascending. */
  next(ids: readonly string[]): readonly string[] {
    if (ids.length <= this.#size) return ids
    const half = Math.floor(this.#size / 2)
    const first = ids.slice(0, half)
    const rest = ids.slice(half)
    const at = rest.findIndex((id) => id > this.#last)
    const turn = rest.slice(Math.max(0, at), Math.max(0, at) + this.#size - half)
    this.#last = turn.at(-1) ?? ''
    return [...first, ...turn]
  }
}
