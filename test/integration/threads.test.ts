import { afterEach, describe, expect, it } from 'vitest'
import { handedOver, ThreadPool, type ThreadPoolOptions } from '../../packages/threads/src/index.ts'
import type { ThreadAnswer, ThreadTask } from './support/thread-task.ts'

const usual: ThreadPoolOptions = {
  file: new URL('./support/thread-task.ts', import.meta.url),
  threads: 1,
  maxWaiting: 2,
  taskTimeoutMs: 60_000,
  threadHeapMiB: 64,
}

let pool: ThreadPool<ThreadTask, ThreadAnswer>
const open = (changes: Partial<ThreadPoolOptions> = {}) => {
  pool = new ThreadPool({ ...usual, ...changes })
  return pool
}
afterEach(() => pool.close())

describe('a pool of threads', () => {
  it('hands bytes over and back without a copy', async () => {
    const bytes = new Uint8Array([1, 2, 3])
    const answer = await open().run(handedOver({ kind: 'echo', bytes }, [bytes.buffer]))
    expect(bytes).toHaveLength(0)
    expect(answer).toEqual({ bytes: new Uint8Array([1, 2, 3]) })
  })

  it('ends a thread whose task takes too long, and goes on with another', async () => {
    const { run } = { run: (task: ThreadTask) => pool.run(task) }
    open({ taskTimeoutMs: 3_000 })
    await expect(run({ kind: 'spin' })).rejects.toMatchObject({ code: 'too-much' })
    expect(await run({ kind: 'echo' })).toEqual({ bytes: undefined })
  })

  it('ends a thread whose task takes too much memory, and goes on with another', async () => {
    open()
    await expect(pool.run({ kind: 'hoard' })).rejects.toMatchObject({ code: 'too-much' })
    expect(await pool.run({ kind: 'echo' })).toEqual({ bytes: undefined })
  })

  it('does not count the time a task waits for a thread', async () => {
    open({ taskTimeoutMs: 4_000 })
    const first = pool.run({ kind: 'spin' })
    const second = pool.run({ kind: 'spin', ms: 500 })
    await expect(first).rejects.toMatchObject({ code: 'too-much' })
    expect(await second).toEqual({ bytes: undefined })
  })

  it('refuses what is more than may wait, and all once it is closed', async () => {
    open()
    const begun = Array.from({ length: 3 }, () => pool.run({ kind: 'spin' }))
    const outcomes = Promise.allSettled(begun)
    // The first has its slot only when the event loop has turned.
    await new Promise((resolve) => setImmediate(resolve))
    await expect(pool.run({ kind: 'echo' })).rejects.toMatchObject({ code: 'too-many-waiting' })
    await pool.close()
    expect((await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual(
      Array.from({ length: 3 }, () => 'closed'),
    )
    await expect(pool.run({ kind: 'echo' })).rejects.toMatchObject({ code: 'closed' })
  })

  it('passes on what a task throws', async () => {
    await expect(open().run({ kind: 'fail' })).rejects.toThrow('a mistake')
  })
})
