import { describe, expect, it } from 'vitest'
import { AuditGuard } from './audit-guard.ts'
import type { AuditRecord } from './audit-trail.ts'

const read: AuditRecord = { action: 'retrieve', outcome: 'allowed', object: {} }

describe('AuditGuard', () => {
  it('refuses what the trail cannot take in time', async () => {
    const guard = (record: () => Promise<void>) => new AuditGuard({ trail: { record }, maxWaitMs: 10 })
    await expect(guard(() => Promise.resolve()).record(read)).resolves.toBeUndefined()
    await expect(guard(() => Promise.reject(new Error('down'))).record(read)).rejects.toMatchObject({
      code: 'audit-unavailable',
    })
    await expect(guard(() => new Promise(() => {})).record(read)).rejects.toMatchObject({ code: 'audit-unavailable' })
  })
})
