import { describe, expect, it } from 'vitest'
import { type RetryOptions, retry } from './retry.ts'

function createWorld(failures: readonly unknown[], changes: Partial<RetryOptions> = {}) {
  const left = [...failures]
  const pauses: number[] = []
  let attempts = 0
  const attempt = async (): Promise<number> => {
    attempts++
    if (left.length > 0) throw left.shift()
    return attempts
  }
  const result = retry(attempt, {
    firstMs: 10,
    maxMs: 35,
    jitter: 'none',
    isRetryable: (error) => error === 'again',
    sleep: async (ms, signal) => {
      pauses.push(ms)
      signal?.throwIfAborted()
    },
    ...changes,
  })
  return { result, pauses, attempts: () => attempts }
}

describe('retry', () => {
  it('tries again what passes with time, after longer and longer pauses', async () => {
    const world = createWorld(['again', 'again', 'again', 'again'])
    expect(await world.result).toBe(5)
    expect(world.pauses).toEqual([10, 20, 35, 35])
  })

  it('throws what does not pass with time at once, and the last failure when there were enough attempts', async () => {
    const hopeless = createWorld(['again', 'never', 'again'])
    await expect(hopeless.result).rejects.toBe('never')
    expect(hopeless.attempts()).toBe(2)
    const enough = createWorld(['again', 'again', 'again'], { maxAttempts: 2 })
    await expect(enough.result).rejects.toBe('again')
    expect(enough.pauses).toEqual([10])
  })

  it('ends with its signal, in a pause or before it', async () => {
    const stopped = AbortSignal.abort()
    const before = createWorld(['again'], { signal: stopped })
    await expect(before.result).rejects.toBe('again')
    const stopping = new AbortController()
    const inPause = createWorld(['again'], {
      signal: stopping.signal,
      sleep: async (_ms, signal) => {
        stopping.abort()
        signal?.throwIfAborted()
      },
    })
    await expect(inPause.result).rejects.toMatchObject({ name: 'AbortError' })
    expect(inPause.attempts()).toBe(1)
  })

  it('cuts a real pause short when it is aborted', async () => {
    const stopping = new AbortController()
    const attempt = async () => {
      queueMicrotask(() => setImmediate(() => stopping.abort()))
      throw new Error('again')
    }
    const limits = { firstMs: 3_600_000, maxMs: 3_600_000 }
    await expect(retry(attempt, { ...limits, isRetryable: () => true, signal: stopping.signal })).rejects.toMatchObject(
      { name: 'AbortError' },
    )
  })
})
