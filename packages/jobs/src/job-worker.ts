import { backoffMs } from '@vna/flow'
import { UnrecoverableError, Worker } from 'bullmq'
import { queuePrefix, workerConnection } from './connection.ts'
import { JobError } from './job-error.ts'
import type { JobFamily } from './job-families.ts'
import { jobLimits } from './limits.ts'

export interface JobContext {
  readonly jobId: string
  /** 1 for the first attempt. */
  readonly attempt: number
  /** Aborted when the worker is closed and its time is up. */
  readonly signal: AbortSignal
}

export interface JobWorkerOptions<Payload> {
  readonly redisUrl: string
  readonly queueName: string
  readonly family: JobFamily<Payload>
  readonly concurrency: number
  /** Must be idempotent: a job may run again after a crash, or twice at once after a stall. */
  readonly handle: (payload: Payload, context: JobContext) => Promise<void>
  readonly onFailed?: (failure: { jobId: string; attempt: number; willRetry: boolean; error: Error }) => void
  /** Connection troubles; the worker mends itself. */
  readonly onError?: (error: Error) => void
}

/** Takes jobs of one queue, a few at a time. new → (working) → close, which lets running jobs end within their time. */
export class JobWorker<Payload> {
  readonly #options: JobWorkerOptions<Payload>
  readonly #worker: Worker
  readonly #stopping = new AbortController()
  readonly #running = new Set<Promise<void>>()

  constructor(options: JobWorkerOptions<Payload>) {
    this.#options = options
    this.#worker = new Worker(options.queueName, (job) => this.#process(job), {
      connection: workerConnection(options.redisUrl),
      prefix: queuePrefix,
      concurrency: Math.min(Math.max(1, options.concurrency), jobLimits.maxConcurrency),
      lockDuration: jobLimits.lockMs,
      stalledInterval: jobLimits.stalledCheckMs,
      maxStalledCount: jobLimits.maxStalled,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      settings: { backoffStrategy: retryAfterMs },
    })
    this.#worker.on('error', (error) => options.onError?.(error))
    this.#worker.on('failed', (job, error) => {
      if (job?.id === undefined) return
      const willRetry = !(error instanceof UnrecoverableError) && job.attemptsMade < (job.opts.attempts ?? 1)
      options.onFailed?.({ jobId: job.id, attempt: job.attemptsMade, willRetry, error })
    })
  }

  get runningJobs(): number {
    return this.#running.size
  }

  /** Takes no further job, waits for the running ones up to `graceMs`, then aborts their signals and leaves. */
  async close(options: { graceMs: number }): Promise<void> {
    await this.#worker.pause(true)
    const ended = Promise.allSettled([...this.#running]).then(() => true)
    const isDone = await Promise.race([ended, waitMs(options.graceMs)])
    if (!isDone) this.#stopping.abort(new JobError('closed', 'the worker is closing'))
    // Forced in the second case: the jobs left behind stall and are taken over.
    await this.#worker.close(!isDone)
  }

  async #process(job: { id?: string | undefined; data: unknown; attemptsMade: number }): Promise<void> {
    const work = this.#handle(job)
    this.#running.add(work)
    try {
      await work
    } finally {
      this.#running.delete(work)
    }
  }

  async #handle(job: { id?: string | undefined; data: unknown; attemptsMade: number }): Promise<void> {
    const payload = this.#parse(job.data)
    const { signal } = this.#stopping
    await this.#options.handle(payload, { jobId: job.id ?? '', attempt: job.attemptsMade + 1, signal })
  }

  /** A payload that cannot be read now cannot be read later: the job ends. */
  #parse(data: unknown): Payload {
    try {
      return this.#options.family.parse(data)
    } catch (error) {
      throw new UnrecoverableError(error instanceof JobError ? error.message : 'a payload that cannot be read')
    }
  }
}

/** BullMQ counts the attempts made, the first one included. */
export function retryAfterMs(attemptsMade: number): number {
  return backoffMs(attemptsMade - 1, { firstMs: jobLimits.firstRetryMs, maxMs: jobLimits.maxRetryMs })
}

function waitMs(ms: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ms).unref()
  })
}
