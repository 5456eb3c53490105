import { backoffMs } from '@vna/flow'

/** One run of something that should run for ever. */
export interface Run {
  readonly ended: Promise<number>
  /** Asks it to end, the hard way when `hard`. */
  stop(hard: boolean): void
}

export interface KeepRunningOptions {
  readonly start: () => Promise<Run>
  readonly clock: { now(): number; sleep(ms: number, signal: AbortSignal): Promise<void> }
  readonly onEnded: (o: { exitCode: number; restartInMs: number }) => void
  readonly onStartFailed: (error: unknown, restartInMs: number) => void
}

export const restartBackoff = { firstMs: 250, maxMs: 10_000, steadyAfterMs: 30_000 } as const

/**
 * Starts it again whenever it ends, waiting twice as long each time until it has run steadily.
 * States: running → ended → waiting → running …; `stop` leads to ended for good.
 */
export class KeptRunning {
  readonly #o: KeepRunningOptions
  readonly #stopping = new AbortController()
  #current: Run | undefined
  #loop: Promise<void> = Promise.resolve()
  #restarts = 0

  constructor(o: KeepRunningOptions) {
    this.#o = o
  }

  get restarts(): number {
    return this.#restarts
  }

  get isRunning(): boolean {
    return this.#current !== undefined
  }

  /** The first start is awaited, so that its failure is the caller's; later ones are tried again without end. */
  async start(): Promise<void> {
    const first = await this.#o.start()
    this.#loop = this.#keep(first)
  }

  /** Asks it to end, then insists; resolves when it is gone and stays so. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort()
    this.#current?.stop(false)
    const insist = setTimeout(() => this.#current?.stop(true), graceMs)
    await this.#loop
    clearTimeout(insist)
  }

  async #keep(first: Run): Promise<void> {
    let run: Run | undefined = first
    let restarts = 0
    while (!this.#stopping.signal.aborted) {
      if (run !== undefined) {
        const startedAt = this.#o.clock.now()
        this.#current = run
        const exitCode = await run.ended
        this.#current = undefined
        if (this.#stopping.signal.aborted) return
        if (this.#o.clock.now() - startedAt >= restartBackoff.steadyAfterMs) restarts = 0
        this.#o.onEnded({ exitCode, restartInMs: pauseMs(restarts) })
      }
      await this.#o.clock.sleep(pauseMs(restarts), this.#stopping.signal)
      if (this.#stopping.signal.aborted) return
      restarts++
      run = await this.#restart(pauseMs(restarts))
    }
    // Stopped while it was starting again.
    run?.stop(true)
    await run?.ended
  }

  async #restart(nextWaitMs: number): Promise<Run | undefined> {
    this.#restarts++
    try {
      return await this.#o.start()
    } catch (error) {
      this.#o.onStartFailed(error, nextWaitMs)
      return undefined
    }
  }
}

/** No chance in it: each program is started by this process alone. */
function pauseMs(restarts: number): number {
  return backoffMs(restarts, restartBackoff, { jitter: 'none' })
}
