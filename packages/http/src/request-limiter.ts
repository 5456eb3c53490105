import { ProblemError } from './problem-error.ts'

export interface RequestLimits {
  /** Requests of one client answered at a time. */
  readonly maxPerClient: number
  readonly maxTotal: number
  readonly retryAfterSeconds: number
}

/** Counts the requests that are being answered, so that one client cannot take the place of all others. */
export class RequestLimiter {
  readonly #limits: RequestLimits
  readonly #running = new Map<string, number>()
  #total = 0

  constructor(limits: RequestLimits) {
    this.#limits = limits
  }

  get total(): number {
    return this.#total
  }

  /** Gives the function that ends the request; throws `too-many-requests` or `unavailable`. */
  enter(client: string): () => void {
    const running = this.#running.get(client) ?? 0
    const headers = { 'retry-after': String(this.#limits.retryAfterSeconds) }
    if (running >= this.#limits.maxPerClient) {
      throw new ProblemError('too-many-requests', 'wait for earlier requests to end', { headers })
    }
    if (this.#total >= this.#limits.maxTotal) {
      throw new ProblemError('unavailable', 'too many requests at once', { headers })
    }
    this.#running.set(client, running + 1)
    this.#total += 1
    let isOpen = true
    return () => {
      if (isOpen) this.#leave(client)
      isOpen = false
    }
  }

  #leave(client: string): void {
    const running = (this.#running.get(client) ?? 1) - 1
    if (running === 0) this.#running.delete(client)
    else this.#running.set(client, running)
    this.#total -= 1
  }
}
