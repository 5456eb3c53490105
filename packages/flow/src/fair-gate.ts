export interface FairGateLimits {
  /** At once, of everybody together. */
  readonly maxRunning: number
  /** At once, of one key. */
  readonly maxRunningPerKey: number
  /** Waiting, of one key; more are turned away. */
  readonly maxWaitingPerKey: number
  /** Waiting, of everybody together. */
  readonly maxWaiting: number
}

/** There is no place to wait. */
export class GateFullError extends Error {
  override readonly name = 'GateFullError'
  readonly retryable = true
  /** Whether the caller alone has taken its places, or everybody all of them. */
  readonly isCallers: boolean

  constructor(isCallers: boolean) {
    super('no place to wait')
    this.isCallers = isCallers
  }
}

/**
 * Lets work begin as places come free, by turns over the keys that wait (round robin) and in order within one key: who asks
 * for a thousand things delays nobody else by more than one of them.
 */
export class FairGate {
  readonly #limits: FairGateLimits
  readonly #running = new Map<string, number>()
  /** Keys in the order of their turn. */
  readonly #waiting = new Map<string, (() => void)[]>()
  #runningCount = 0
  #waitingCount = 0

  constructor(limits: FairGateLimits) {
    this.#limits = limits
  }

  get running(): number {
    return this.#runningCount
  }

  get waiting(): number {
    return this.#waitingCount
  }

  /** Throws GateFullError. `signal`: a caller that goes away waits no longer. */
  async run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#mayBegin(key) && !this.#waiting.has(key)) this.#begin(key)
    else await this.#wait(key, signal)
    try {
      return await work()
    } finally {
      this.#end(key)
    }
  }

  #mayBegin(key: string): boolean {
    const { maxRunning, maxRunningPerKey } = this.#limits
    return this.#runningCount < maxRunning && (this.#running.get(key) ?? 0) < maxRunningPerKey
  }

  #begin(key: string): void {
    this.#runningCount += 1
    this.#running.set(key, (this.#running.get(key) ?? 0) + 1)
  }

  #end(key: string): void {
    this.#runningCount -= 1
    const left = (this.#running.get(key) ?? 1) - 1
    if (left === 0) this.#running.delete(key)
    else this.#running.set(key, left)
    this.#admit()
  }

  async #wait(key: string, signal: AbortSignal | undefined): Promise<void> {
    const { maxWaiting, maxWaitingPerKey } = this.#limits
    const ofKey = this.#waiting.get(key) ?? []
    if (ofKey.length >= maxWaitingPerKey) throw new GateFullError(true)
    if (this.#waitingCount >= maxWaiting) throw new GateFullError(false)
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    ofKey.push(resolve)
    this.#waiting.set(key, ofKey)
    this.#waitingCount += 1
    const leave = (): void => {
      if (this.#forget(key, resolve)) reject(signal?.reason)
    }
    signal?.addEventListener('abort', leave, { once: true })
    try {
      await promise
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  #forget(key: string, resolve: () => void): boolean {
    const ofKey = this.#waiting.get(key)
    const at = ofKey?.indexOf(resolve) ?? -1
    if (ofKey === undefined || at < 0) return false
    ofKey.splice(at, 1)
    if (ofKey.length === 0) this.#waiting.delete(key)
    this.#waitingCount -= 1
    return true
  }

  /** The next of each key in turn, while there are places. */
  #admit(): void {
    for (const [key, ofKey] of [...this.#waiting]) {
      if (this.#runningCount >= this.#limits.maxRunning) return
      if (!this.#mayBegin(key)) continue
      const next = ofKey.shift()
      this.#waiting.delete(key)
      if (ofKey.length > 0) this.#waiting.set(key, ofKey)
      if (next === undefined) continue
      this.#waitingCount -= 1
      this.#begin(key)
      next()
    }
  }
}
