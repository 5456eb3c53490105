import { describe, expect, it } from 'vitest'
import { AuditLog, type AuditRecord } from './audit-log.ts'
import { TransmissionLog, type TransmissionRecord } from './transmission-log.ts'

const read = (study: string): AuditRecord => ({
  at: new Date(),
  actor: 'a',
  role: 'fse',
  action: 'retrieve',
  outcome: 'allowed',
  object: { study },
})

describe('AuditLog', () => {
  it('writes what arrives during one write in the next, in order', async () => {
    const batches: string[][] = []
    const log = new AuditLog({
      append: async (records) => {
        batches.push(records.map(({ object }) => String(object.study)))
        await new Promise((resolve) => setImmediate(resolve))
      },
    })
    await Promise.all(['1', '2', '3', '4'].map((study) => log.record(read(study))))
    expect(batches).toEqual([['1'], ['2', '3', '4']])
  })

  it('refuses the read when the trail fails, is slow, or too long', async () => {
    const failing = new AuditLog({ append: () => Promise.reject(new Error('down')) })
    await expect(failing.record(read('1'))).rejects.toMatchObject({ code: 'unavailable' })
    const limits = { maxWaitMs: 5, maxBatch: 1, maxWaiting: 1 }
    const stuck = new AuditLog({ append: () => new Promise(() => {}), limits })
    const first = stuck.record(read('1'))
    const second = stuck.record(read('2'))
    await expect(stuck.record(read('3'))).rejects.toMatchObject({ code: 'unavailable' })
    await expect(first).rejects.toMatchObject({ code: 'unavailable' })
    await expect(second).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('goes on after a failure', async () => {
    let isDown = true
    const log = new AuditLog({ append: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve()) })
    await expect(log.record(read('1'))).rejects.toThrow()
    isDown = false
    await expect(log.record(read('2'))).resolves.toBeUndefined()
    await log.flush()
  })
})

describe('TransmissionLog', () => {
  const row = (client: string) => ({ client, studyInstanceUids: [] }) as unknown as TransmissionRecord

  it('keeps rows while the catalog is away, the newest ones, and writes them at the end', async () => {
    const kept: string[] = []
    const troubles: { waiting: number; dropped: number }[] = []
    let isDown = true
    const log = new TransmissionLog({
      append: async (rows) => {
        if (isDown) throw new Error('down')
        kept.push(...rows.map(({ client }) => client))
      },
      onTrouble: ({ waiting, dropped }) => troubles.push({ waiting, dropped }),
      limits: { flushAfterMs: 1, maxBatch: 2, maxWaiting: 3 },
    })
    for (const client of ['1', '2', '3', '4']) log.record(row(client))
    await expect.poll(() => troubles.length).toBeGreaterThan(0)
    expect(troubles[0]).toEqual({ waiting: 3, dropped: 1 })
    isDown = false
    await log.close()
    expect(kept).toEqual(['2', '3', '4'])
  })
})
