import { describe, expect, it } from 'vitest'
import { BatchingRecorder } from './batching-recorder.ts'
import type { Transmission } from './transmission.ts'

describe('BatchingRecorder', () => {
  const row = (client: string) => ({ client, studyInstanceUids: [] }) as unknown as Transmission

  it('keeps rows while the catalog is away, the newest ones, and writes them at the end', async () => {
    const kept: string[] = []
    const troubles: { waiting: number; dropped: number }[] = []
    let isDown = true
    const log = new BatchingRecorder({
      insert: async (rows) => {
        if (isDown) throw new Error('down')
        kept.push(...rows.map(({ client }) => client))
      },
      onTrouble: ({ waiting, dropped }) => troubles.push({ waiting, dropped }),
      limits: { flushAfterMs: 1, maxBatch: 2, maxWaiting: 3 },
    })
    for (const client of ['1', '2', '3', '4']) log.record(row(client))
    await expect.poll(() => troubles.length, { timeout: 5_000 }).toBeGreaterThan(0)
    expect(troubles[0]).toEqual({ waiting: 3, dropped: 1 })
    isDown = false
    await log.close()
    expect(kept).toEqual(['2', '3', '4'])
  })

  it('tells a row again under the same key, after a failure that may have been a success', async () => {
    const keys: string[][] = []
    const log = new BatchingRecorder({
      insert: async (rows) => {
        keys.push(rows.map(({ key }) => key))
        if (keys.length === 1) throw new Error('the answer was lost')
      },
      onTrouble: () => {},
      limits: { flushAfterMs: 1, maxBatch: 2, maxWaiting: 3 },
    })
    log.record(row('1'))
    log.record(row('2'))
    await expect.poll(() => keys.length, { timeout: 5_000 }).toBe(2)
    await log.close()
    expect(keys[1]).toEqual(keys[0])
    expect(new Set(keys[0]).size).toBe(2)
  })
})
