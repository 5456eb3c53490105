import { setTimeout as sleep } from 'node:timers/promises'
import { type BackoffLimits, backoffMs } from '@vna/flow'

export interface SendBackoff extends BackoffLimits {
  /** Attempts after the first. */
  readonly retries: number
}

export const defaultBackoff: SendBackoff = { retries: 8, firstMs: 250, maxMs: 15_000 }

/** Counts attempts that brought nothing; any progress starts the count anew. */
export class Backoff {
  readonly #options: SendBackoff
  readonly #signal: AbortSignal
  #attempt = 0

  constructor(options: SendBackoff, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
  }

  progress(): void {
    this.#attempt = 0
  }

  /** False when no attempt is left; otherwise waits, at least as long as the peer asked for. */
  async wait(atLeastMs = 0): Promise<boolean> {
    if (this.#attempt >= this.#options.retries) return false
    const delayMs = Math.max(atLeastMs, backoffMs(this.#attempt, this.#options))
    this.#attempt++
    await sleep(delayMs, undefined, { signal: this.#signal })
    return true
  }
}
