import { Worker } from 'bullmq'
import { connectRedis, queuePrefix } from './connection.ts'
import type { JobFamily } from './job-family.ts'

export interface WorkerOptions<P> {
  readonly redisUrl: string
  readonly name: string
  readonly jobs: JobFamily<P>
  readonly concurrency: number
  /** At-least-once: must be safe to repeat. What it throws makes the job wait and try again. */
  handle(payload: P): Promise<void>
  /** Told of each attempt that failed. */
  onFailed?(error: Error, attemptsMade: number): void
}

export interface JobWorker {
  /** Waits for the jobs under way, at most `limitMs`; what is cut off is taken up by the reconciler. */
  close(limitMs: number): Promise<void>
}

/** A worker that vanished in the middle of a job is noticed after this long, and the job given to another. */
const lockDurationMs = 30_000
const stalledIntervalMs = 5_000

export function startWorker<P>(o: WorkerOptions<P>): JobWorker {
  const connection = connectRedis(o.redisUrl, 'worker')
  const worker = new Worker(o.name, (job) => o.handle(o.jobs.parse(job.data)), {
    connection,
    prefix: queuePrefix,
    concurrency: o.concurrency,
    lockDuration: lockDurationMs,
    stalledInterval: stalledIntervalMs,
    maxStalledCount: Number.MAX_SAFE_INTEGER,
  })
  worker.on('failed', (job, error) => o.onFailed?.(error, job?.attemptsMade ?? 0))
  worker.on('error', () => {}) // the connection comes back by itself; an unheard event would end the process
  return {
    close: async (limitMs) => {
      const limit = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref())
      await Promise.race([worker.close().catch(() => {}), limit])
      connection.disconnect()
    },
  }
}
