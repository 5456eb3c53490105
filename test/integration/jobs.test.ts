import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  type ArchivePayload,
  archiveFamily,
  type JobContext,
  JobError,
  JobQueue,
  JobWorker,
} from '../../packages/jobs/src/index.ts'
import { type RestartableRedis, startRestartableRedis } from './support-redis.ts'

let redis: RestartableRedis
const closing: (() => Promise<void>)[] = []
let queueNumber = 0

beforeAll(async () => {
  redis = await startRestartableRedis()
})
afterAll(() => redis.stop())
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

type Handle = (payload: ArchivePayload, context: JobContext) => Promise<void>

function openQueue(queueName: string): JobQueue<ArchivePayload> {
  const queue = new JobQueue({ redisUrl: redis.url, queueName, family: archiveFamily })
  closing.push(() => queue.close())
  return queue
}

function openWorker(queueName: string, handle: Handle, concurrency = 4) {
  const failures: { jobId: string; willRetry: boolean }[] = []
  const worker = new JobWorker({
    redisUrl: redis.url,
    queueName,
    family: archiveFamily,
    concurrency,
    handle,
    onFailed: ({ jobId, willRetry }) => failures.push({ jobId, willRetry }),
  })
  closing.push(() => worker.close({ graceMs: 100 }))
  return { worker, failures }
}

function newQueueName(): string {
  return `archive-journal-${++queueNumber}`
}

function payloads(count: number): ArchivePayload[] {
  return Array.from({ length: count }, (_, index) => ({ version: 1, journalId: 'j', segmentId: `segment-${index}` }))
}

async function until(condition: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition was not met in time')
    await sleep(10)
  }
}

describe('a queue', () => {
  it('brings each job to a worker once, a few at a time, and keeps nothing afterwards', async () => {
    const name = newQueueName()
    const queue = openQueue(name)
    const handled: string[] = []
    let running = 0
    let mostRunning = 0
    await queue.addAll(payloads(20))
    await queue.addAll(payloads(20)) // the same ids again
    expect((await queue.counts()).waiting).toBe(20)
    openWorker(name, async ({ segmentId }) => {
      mostRunning = Math.max(mostRunning, ++running)
      await sleep(5)
      running--
      handled.push(segmentId)
    })
    await until(() => handled.length === 20)
    expect(new Set(handled).size).toBe(20)
    expect(mostRunning).toBeGreaterThan(1)
    expect(mostRunning).toBeLessThanOrEqual(4)
    await until(async () => (await queue.counts()).active === 0)
    expect(await queue.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 })
    await queue.addAll(payloads(1)) // an id that was used may be used again
    await until(() => handled.length === 21)
  })

  it('tries a failing job again until it succeeds', async () => {
    const name = newQueueName()
    const queue = openQueue(name)
    const attempts: number[] = []
    const { failures } = openWorker(name, async (_, { attempt }) => {
      attempts.push(attempt)
      if (attempt < 3) throw new Error('not yet')
    })
    await queue.addAll(payloads(1))
    await until(() => attempts.length === 3)
    expect(attempts).toEqual([1, 2, 3])
    expect(failures).toEqual([
      { jobId: 'segment-segment-0', willRetry: true },
      { jobId: 'segment-segment-0', willRetry: true },
    ])
  })

  it('drops a job whose payload nobody can read', async () => {
    const name = newQueueName()
    const queue = openQueue(name)
    const handled: string[] = []
    const { failures } = openWorker(name, async ({ segmentId }) => {
      handled.push(segmentId)
    })
    const [good] = payloads(1)
    await queue.add({ version: 2, journalId: 'j', segmentId: 'newer' } as unknown as ArchivePayload)
    await queue.add(good as ArchivePayload)
    await until(() => failures.length === 1 && handled.length === 1)
    expect(failures).toEqual([{ jobId: 'segment-newer', willRetry: false }])
    expect((await queue.counts()).failed).toBe(0)
  })
})

describe('losing Redis', () => {
  it('loses no work to FLUSHALL once it was reconciled', async () => {
    const name = newQueueName()
    const queue = openQueue(name)
    const due = payloads(30)
    const handled = new Set<string>()
    await queue.addAll(due)
    expect(await queue.reconcile(due)).toBe(0)
    let release: () => void = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    openWorker(name, async ({ segmentId }) => {
      await released
      handled.add(segmentId)
    })
    await until(async () => (await queue.counts()).active === 4)
    await redis.flushAll()
    expect(await queue.reconcile(due)).toBe(30)
    release()
    await until(() => handled.size === 30)
  })

  it('goes on after the server was killed and started again, and tells producers at once meanwhile', async () => {
    const name = newQueueName()
    const queue = openQueue(name)
    const handled = new Set<string>()
    openWorker(name, async ({ segmentId }) => {
      handled.add(segmentId)
    })
    await queue.addAll(payloads(3))
    await until(() => handled.size === 3)
    await redis.kill()
    const startedAt = Date.now()
    await expect(queue.add({ version: 1, journalId: 'j', segmentId: 'lost' })).rejects.toThrow(JobError)
    expect(Date.now() - startedAt).toBeLessThan(4000)
    await redis.start()
    await until(async () => {
      try {
        return (await queue.reconcile([{ version: 1, journalId: 'j', segmentId: 'after' }])) >= 0
      } catch {
        return false
      }
    })
    await until(() => handled.has('after'))
  })
})

describe('closing a worker', () => {
  it('waits for running jobs within the time it has', async () => {
    const name = newQueueName()
    const queue = openQueue(name)
    let ended = false
    const { worker } = openWorker(name, async () => {
      await sleep(200)
      ended = true
    })
    await queue.addAll(payloads(1))
    await until(() => worker.runningJobs === 1)
    await worker.close({ graceMs: 5000 })
    expect(ended).toBe(true)
  })

  it('aborts them when the time is up', async () => {
    const name = newQueueName()
    const queue = openQueue(name)
    const aborted: unknown[] = []
    const { worker } = openWorker(name, async (_, { signal }) => {
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(signal.reason)
          reject(signal.reason)
        })
      })
    })
    await queue.addAll(payloads(1))
    await until(() => worker.runningJobs === 1)
    const startedAt = Date.now()
    await worker.close({ graceMs: 100 })
    expect(Date.now() - startedAt).toBeLessThan(2000)
    expect(aborted).toHaveLength(1)
  })
})
