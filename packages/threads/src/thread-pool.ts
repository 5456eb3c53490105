import type { ResourceLimits } from 'node:worker_threads'
import pLimit from 'p-limit'
import { Piscina } from 'piscina'

export interface ThreadPoolOptions {
  /** Of a module whose default export does one task. */
  readonly file: URL
  readonly threads: number
  /** Threads that stay while nothing is to be done; none where absent. A start takes some tenths of a second. */
  readonly keptThreads?: number
  /** Tasks that wait for a thread. */
  readonly maxWaiting: number
  /** From when a thread is free for a task until its answer; the thread of one that takes longer is ended. */
  readonly taskTimeoutMs: number
  /** A task that takes more ends its thread, and nothing else. */
  readonly threadHeapMiB: number
}

export type ThreadPoolErrorCode = 'too-many-waiting' | 'too-much' | 'closed'

export class ThreadPoolError extends Error {
  override readonly name = 'ThreadPoolError'
  readonly code: ThreadPoolErrorCode

  constructor(code: ThreadPoolErrorCode, options?: ErrorOptions) {
    super(code, options)
    this.code = code
  }
}

/** A thread without a task ends after it. */
const idleThreadMs = 60_000

/**
 * Threads for what may take long or much memory: piscina's, with one more thing. The time of a task begins when there is a
 * thread for it, for whoever waits behind others is not to blame; so tasks wait here and not in piscina's queue. Threads
 * start when they are needed; close() ends them and rejects what runs and what waits.
 */
export class ThreadPool<Task, Answer> {
  readonly #options: ThreadPoolOptions
  readonly #threads: Piscina<Task, Answer>
  readonly #slots: ReturnType<typeof pLimit>
  #isClosed = false

  constructor(options: ThreadPoolOptions) {
    const resourceLimits: ResourceLimits = { maxOldGenerationSizeMb: options.threadHeapMiB }
    this.#options = options
    this.#slots = pLimit({ concurrency: options.threads, rejectOnClear: true })
    this.#threads = new Piscina({
      filename: options.file.href,
      minThreads: options.keptThreads ?? 0,
      maxThreads: options.threads,
      maxQueue: options.threads,
      idleTimeout: idleThreadMs,
      resourceLimits,
    })
  }

  /** `timeoutMs` instead of the pool's limit, for a task whose size is known. Throws ThreadPoolError where the task cannot be done now or at all, and what the task throws. */
  async run(task: Task, o: { readonly timeoutMs?: number } = {}): Promise<Answer> {
    if (this.#isClosed) throw new ThreadPoolError('closed')
    if (this.#slots.pendingCount >= this.#options.maxWaiting) throw new ThreadPoolError('too-many-waiting')
    try {
      return await this.#slots(() => {
        const signal = AbortSignal.timeout(o.timeoutMs ?? this.#options.taskTimeoutMs)
        return this.#threads.run(task, { signal })
      })
    } catch (error) {
      throw this.#translated(error)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#slots.clearQueue()
    await this.#threads.destroy()
  }

  #translated(cause: unknown): unknown {
    if (this.#isClosed) return new ThreadPoolError('closed', { cause })
    return isTooMuch(cause) ? new ThreadPoolError('too-much', { cause }) : cause
  }
}

/** The limit of time, the limit of memory, and a thread that ended for another reason. */
function isTooMuch(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? error.code : undefined
  return error.name === 'AbortError' || code === 'ERR_WORKER_OUT_OF_MEMORY' || error.message.startsWith('worker exited')
}
