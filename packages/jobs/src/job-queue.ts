import { Queue } from 'bullmq'
import { connectRedis, isAvailable, queuePrefix } from './connection.ts'
import { JobsError } from './errors.ts'
import type { JobFamily } from './job-family.ts'

export interface QueueOptions<P> {
  readonly redisUrl: string
  readonly name: string
  readonly jobs: JobFamily<P>
}

export interface JobQueue<P> {
  /** Adds what is not there yet. Throws JobsError `queue-unavailable`: the reconciler adds it later. */
  add(payload: P): Promise<void>
  /** Adds every one that is missing; returns how many were. Cheap when none is. */
  reconcile(payloads: readonly P[]): Promise<number>
  counts(): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}

const maxJobsPerCall = 500
const countedStates = ['waiting', 'active', 'delayed', 'failed', 'prioritized'] as const

export function openQueue<P>(o: QueueOptions<P>): JobQueue<P> {
  const connection = connectRedis(o.redisUrl, 'producer')
  const queue = new Queue(o.name, { connection, prefix: queuePrefix, skipWaitingForReady: true })
  queue.on('error', () => {})
  const guard = async <T>(call: () => Promise<T>): Promise<T> => {
    if (!isAvailable(connection)) throw new JobsError('queue-unavailable', 'Redis is not connected')
    return call().catch((error: unknown) => {
      throw new JobsError('queue-unavailable', 'Redis did not answer', error)
    })
  }
  return {
    add: (payload) =>
      guard(async () => {
        await queue.add(o.jobs.family, payload, jobOptions(o.jobs, payload))
      }),
    reconcile: (payloads) => guard(() => addMissing(queue, o.jobs, payloads)),
    counts: () => guard(() => queue.getJobCounts(...countedStates)),
    close: async () => {
      await queue.close().catch(() => {})
      connection.disconnect()
    },
  }
}

async function addMissing<P>(queue: Queue, jobs: JobFamily<P>, payloads: readonly P[]): Promise<number> {
  let added = 0
  for (let at = 0; at < payloads.length; at += maxJobsPerCall) {
    const batch = payloads.slice(at, at + maxJobsPerCall)
    const known = await Promise.all(batch.map((payload) => queue.getJobState(jobs.jobIdOf(payload))))
    const missing = batch.filter((_, index) => known[index] === 'unknown')
    await queue.addBulk(
      missing.map((payload) => ({ name: jobs.family, data: payload, opts: jobOptions(jobs, payload) })),
    )
    added += missing.length
  }
  return added
}

/** Nothing is kept: adding a completed or failed id that Redis still knows would silently do nothing. */
function jobOptions<P>(jobs: JobFamily<P>, payload: P) {
  return {
    jobId: jobs.jobIdOf(payload),
    attempts: jobs.attempts,
    backoff: { type: 'exponential', delay: jobs.backoffMs, jitter: 0.5 },
    removeOnComplete: true,
    removeOnFail: true,
  }
}
