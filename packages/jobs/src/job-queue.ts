import { Queue } from 'bullmq'
import { producerConnection, queuePrefix } from './connection.ts'
import { JobError } from './job-error.ts'
import type { JobFamily } from './job-families.ts'
import { jobLimits } from './limits.ts'

export interface JobQueueOptions<Payload> {
  readonly redisUrl: string
  readonly queueName: string
  readonly family: JobFamily<Payload>
  /** Connection troubles; the queue mends itself. */
  readonly onError?: (error: Error) => void
}

export const jobStates = ['waiting', 'active', 'delayed', 'failed'] as const
export type JobState = (typeof jobStates)[number]
export type JobCounts = Readonly<Record<JobState, number>>

/** The adding side of one queue. A job that is there already is not added again; one that ended leaves no trace. */
export class JobQueue<Payload> {
  readonly name: string
  readonly family: JobFamily<Payload>
  readonly #queue: Queue

  constructor(options: JobQueueOptions<Payload>) {
    this.name = options.queueName
    this.family = options.family
    this.#queue = new Queue(options.queueName, {
      connection: producerConnection(options.redisUrl),
      prefix: queuePrefix,
      defaultJobOptions: {
        attempts: jobLimits.maxAttempts,
        backoff: { type: 'custom' },
        // A kept id would make adding it again a silent nothing.
        removeOnComplete: true,
        removeOnFail: true,
        sizeLimit: jobLimits.maxPayloadBytes,
        stackTraceLimit: 0,
      },
    })
    this.#queue.on('error', (error) => options.onError?.(error))
  }

  async add(payload: Payload): Promise<void> {
    await this.addAll([payload])
  }

  /** Throws JobError('queue-unavailable') when Redis does not answer in time: the reconciler will add them. */
  async addAll(payloads: readonly Payload[]): Promise<void> {
    for (let start = 0; start < payloads.length; start += jobLimits.maxJobsPerBulk) {
      const bulk = payloads.slice(start, start + jobLimits.maxJobsPerBulk).map((payload) => ({
        name: this.family.name,
        data: payload,
        opts: { jobId: this.family.jobIdOf(payload) },
      }))
      await this.#within(() => this.#queue.addBulk(bulk))
    }
  }

  /** Adds what is due and missing, such as after FLUSHALL; returns how many were missing. */
  async reconcile(due: readonly Payload[]): Promise<number> {
    let missing = 0
    for (let start = 0; start < due.length; start += jobLimits.maxJobsPerBulk) {
      const absent = await this.#absent(due.slice(start, start + jobLimits.maxJobsPerBulk))
      await this.addAll(absent)
      missing += absent.length
    }
    return missing
  }

  async counts(): Promise<JobCounts> {
    const counts = await this.#within(() => this.#queue.getJobCounts(...jobStates))
    return {
      waiting: counts.waiting ?? 0,
      active: counts.active ?? 0,
      delayed: counts.delayed ?? 0,
      failed: counts.failed ?? 0,
    }
  }

  /** Whether any worker takes jobs of this queue now. */
  async hasWorkers(): Promise<boolean> {
    return (await this.#within(() => this.#queue.getWorkersCount())) > 0
  }

  async close(): Promise<void> {
    await this.#queue.close()
  }

  /** Looks whether the job is there, not where it waits: finding its place in a list takes as long as the list. */
  async #absent(payloads: readonly Payload[]): Promise<readonly Payload[]> {
    const jobs = await this.#within(() =>
      Promise.all(payloads.map((payload) => this.#queue.getJob(this.family.jobIdOf(payload)))),
    )
    return payloads.filter((_, index) => jobs[index] === undefined)
  }

  async #within<T>(work: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new JobError('queue-unavailable', 'Redis did not answer in time')),
        jobLimits.addTimeoutMs,
      )
    })
    try {
      return await Promise.race([work(), late])
    } catch (error) {
      if (error instanceof JobError) throw error
      throw new JobError('queue-unavailable', 'Redis does not answer', { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }
}
