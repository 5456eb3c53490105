import type { AuditEntry } from '@vna/catalog'
import { describe, expect, it } from 'vitest'
import { AuditTrail, auditLimits } from './audit-trail.ts'
import type { Principal } from './principal.ts'

const principal: Principal = {
  tokenId: 'token-1',
  subject: 'portal',
  role: 'fse',
  purpose: 'TREATMENT',
  issuedAt: new Date(0),
  expiresAt: new Date(0),
}

/** A catalog that writes when told to. */
function slowCatalog() {
  const groups: (readonly AuditEntry[])[] = []
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = []
  return {
    groups,
    appendAudit: (entries: readonly AuditEntry[]) => {
      groups.push(entries)
      return new Promise<void>((resolve, reject) => {
        waiting.push({ resolve, reject })
      })
    },
    async finish(error?: Error) {
      await new Promise((resolve) => setImmediate(resolve))
      const next = waiting.shift()
      if (error === undefined) next?.resolve()
      else next?.reject(error)
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

const record = (index: number) => ({ principal, action: 'search', outcome: 'allowed', object: { index } }) as const

describe('the audit trail', () => {
  it('says who did what, and when', async () => {
    const catalog = slowCatalog()
    const trail = new AuditTrail(catalog, { clock: () => new Date(5) })
    const written = trail.record({ ...record(1), object: { studyInstanceUid: '1.2' } })
    await catalog.finish()
    await written
    expect(catalog.groups[0]).toEqual([
      {
        at: new Date(5),
        actor: 'portal',
        role: 'fse',
        purpose: 'TREATMENT',
        action: 'search',
        outcome: 'allowed',
        object: { studyInstanceUid: '1.2', token: 'token-1' },
      },
    ])
  })

  it('writes in groups while another group is on its way, in order', async () => {
    const catalog = slowCatalog()
    const trail = new AuditTrail(catalog)
    const all = [trail.record(record(0))]
    await new Promise((resolve) => setImmediate(resolve))
    for (let index = 1; index <= auditLimits.maxBatch + 1; index++) all.push(trail.record(record(index)))
    expect(catalog.groups).toHaveLength(1)
    await catalog.finish()
    await catalog.finish()
    await catalog.finish()
    await Promise.all(all)
    expect(catalog.groups.map((group) => group.length)).toEqual([1, auditLimits.maxBatch, 1])
    expect(catalog.groups.flat().map(({ object }) => object.index)).toEqual(all.map((_, index) => index))
  })

  it('tells those whose group failed, and goes on', async () => {
    const catalog = slowCatalog()
    const trail = new AuditTrail(catalog)
    const lost = trail.record(record(1))
    const failure = expect(lost).rejects.toThrow('database away')
    await catalog.finish(new Error('database away'))
    await failure
    const kept = trail.record(record(2))
    await catalog.finish()
    await kept
    await trail.close()
  })

  it('closes after what waits is written', async () => {
    const catalog = slowCatalog()
    const trail = new AuditTrail(catalog)
    const written = trail.record(record(1))
    const closed = trail.close()
    await catalog.finish()
    await closed
    await written
    expect(catalog.groups).toHaveLength(1)
  })
})
