import { setTimeout as sleep } from 'node:timers/promises'

export type BackoffOptions = {
  /** Attempts after the first. */
  readonly retries: number
  readonly firstDelayMs: number
  readonly maxDelayMs: number
}

export const defaultBackoff: BackoffOptions = { retries: 8, firstDelayMs: 250, maxDelayMs: 15_000 }

/** Doubles from the first delay to the largest; half of it is random, so that senders refused together return apart. */
export function delayMsOf(attempt: number, o: BackoffOptions, random: () => number = Math.random): number {
  const full = Math.min(o.maxDelayMs, o.firstDelayMs * 2 ** attempt)
  return full / 2 + (random() * full) / 2
}

/** Counts attempts that brought nothing; any progress starts the count anew. */
export class Backoff {
  readonly #options: BackoffOptions
  readonly #signal: AbortSignal
  #attempt = 0

  constructor(options: BackoffOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
  }

  progress(): void {
    this.#attempt = 0
  }

  /** False when no attempt is left; otherwise waits, at least as long as the peer asked for. */
  async wait(atLeastMs = 0): Promise<boolean> {
    if (this.#attempt >= this.#options.retries) return false
    const delayMs = Math.max(atLeastMs, delayMsOf(this.#attempt, this.#options))
    this.#attempt++
    await sleep(delayMs, undefined, { signal: this.#signal })
    return true
  }
}
