import { Worker } from 'node:worker_threads'
import { FseError, type FseErrorCode, type FseErrorDetails, type ReportDomains, type ReportFacts } from '@vna/fse'
import { ProblemError } from '@vna/http'
import { intakeLimits } from './intake-limits.ts'

export interface ParseOrder {
  readonly number: number
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly contentType: string
  readonly domains: Partial<ReportDomains>
}

export type ParseAnswer = { readonly number: number; readonly bytes: Uint8Array<ArrayBuffer> } & (
  | { readonly facts: ReportFacts }
  /** Absent: a mistake of ours. */
  | { readonly failure: { readonly code: FseErrorCode; readonly details: FseErrorDetails } | undefined }
)

export interface ParsedReport {
  readonly facts: ReportFacts
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface ReportParserLimits {
  readonly parserThreads: number
  readonly maxWaiting: number
  readonly parseTimeoutMs: number
  readonly threadHeapMiB: number
}

interface Task {
  readonly order: Omit<ParseOrder, 'number'>
  readonly resolve: (parsed: ParsedReport) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  task: Task | undefined
  timer: NodeJS.Timeout | undefined
}

/**
 * Reads reports in threads of their own, so that no document, however it is built, stops the service or takes its memory:
 * one that takes too long or too much ends its thread and is refused. The bytes given are away until the answer brings them
 * back. Threads start when they are needed; close() ends them.
 */
export class ReportParser {
  readonly #limits: ReportParserLimits
  readonly #threads = new Set<Thread>()
  readonly #waiting: Task[] = []
  #count = 0
  #isClosed = false

  constructor(limits: Partial<ReportParserLimits> = {}) {
    this.#limits = { ...intakeLimits, ...limits }
  }

  /** Throws FseError for what is no report, ProblemError where it cannot be read now or at all. */
  async parse(order: Omit<ParseOrder, 'number'>): Promise<ParsedReport> {
    if (this.#isClosed || this.#waiting.length >= this.#limits.maxWaiting) {
      throw new ProblemError('unavailable', 'too many reports at once', { headers: { 'retry-after': '2' } })
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ order, resolve, reject })
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const error = new ProblemError('unavailable', 'the service stops')
    for (const { reject } of this.#waiting.splice(0)) reject(error)
    await Promise.all([...this.#threads].map((thread) => this.#end(thread, error)))
  }

  #next(): void {
    while (this.#waiting.length > 0) {
      const idle = [...this.#threads].find(({ task }) => task === undefined)
      const thread = idle ?? (this.#threads.size < this.#limits.parserThreads ? this.#start() : undefined)
      const task = thread && this.#waiting.shift()
      if (thread === undefined || task === undefined) return
      this.#give(thread, task)
    }
  }

  #start(): Thread {
    const worker = new Worker(new URL('./parse-thread.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.threadHeapMiB },
    })
    const thread: Thread = { worker, task: undefined, timer: undefined }
    this.#threads.add(thread)
    worker.unref()
    worker.on('message', (answer: ParseAnswer) => this.#take(thread, answer))
    worker.on('error', () => void this.#end(thread, tooMuch()))
    worker.on('exit', () => void this.#end(thread, tooMuch()))
    return thread
  }

  #give(thread: Thread, task: Task): void {
    thread.task = task
    thread.timer = setTimeout(() => void this.#end(thread, tooMuch()), this.#limits.parseTimeoutMs)
    const order: ParseOrder = { ...task.order, number: ++this.#count }
    thread.worker.postMessage(order, [order.bytes.buffer])
  }

  #take(thread: Thread, answer: ParseAnswer): void {
    clearTimeout(thread.timer)
    const { task } = thread
    thread.task = undefined
    if ('facts' in answer) task?.resolve({ facts: answer.facts, bytes: answer.bytes })
    else if (answer.failure === undefined) task?.reject(new ProblemError('internal', 'a report could not be read'))
    else task?.reject(new FseError(answer.failure.code, answer.failure.details))
    this.#next()
  }

  async #end(thread: Thread, error: Error): Promise<void> {
    clearTimeout(thread.timer)
    thread.task?.reject(error)
    thread.task = undefined
    if (!this.#threads.delete(thread)) return
    await thread.worker.terminate()
    if (!this.#isClosed) this.#next()
  }
}

function tooMuch(): ProblemError {
  return new ProblemError('bad-request', 'the document takes more time or memory to read than any report', {
    extensions: { reason: 'too-complex' },
  })
}
