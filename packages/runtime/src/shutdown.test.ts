import { describe, expect, it } from 'vitest'
import { HealthRegistry } from './health.ts'
import { createLogger } from './logger.ts'
import { runShutdown } from './shutdown.ts'

const logger = createLogger({ service: 'test', level: 'silent' })

describe('runShutdown', () => {
  it('runs the phases in order', async () => {
    const order: string[] = []
    const phase = (name: string) => ({ name, limitMs: 100, run: async () => void order.push(name) })
    expect(await runShutdown([phase('listener'), phase('journal')], logger)).toEqual({ clean: true })
    expect(order).toEqual(['listener', 'journal'])
  })

  it('leaves a phase that overruns behind, and tells it so', async () => {
    let aborted = false
    const stuck = {
      name: 'stuck',
      limitMs: 5,
      run: (signal: AbortSignal) => {
        signal.addEventListener('abort', () => {
          aborted = true
        })
        return new Promise<void>(() => undefined)
      },
    }
    const after: string[] = []
    const next = { name: 'next', limitMs: 100, run: () => void after.push('next') }
    expect(await runShutdown([stuck, next], logger)).toEqual({ clean: false })
    expect([aborted, after]).toEqual([true, ['next']])
  })

  it('goes on after a phase that throws', async () => {
    const after: string[] = []
    const broken = {
      name: 'broken',
      limitMs: 100,
      run: () => {
        throw new Error('broken')
      },
    }
    const next = { name: 'next', limitMs: 100, run: () => void after.push('next') }
    expect(await runShutdown([broken, next], logger)).toEqual({ clean: false })
    expect(after).toEqual(['next'])
  })
})

describe('HealthRegistry', () => {
  it('is ready when every check is, and names the ones that are not', async () => {
    const health = new HealthRegistry()
    health.add('journal', () => ({ ok: true }))
    expect((await health.readiness()).ready).toBe(true)
    health.add('database', async () => ({ ok: false, reason: 'no connection' }))
    expect(await health.readiness()).toEqual({
      ready: false,
      checks: { journal: { ok: true }, database: { ok: false, reason: 'no connection' } },
    })
    health.remove('database')
    expect((await health.readiness()).ready).toBe(true)
  })

  it('counts a check that throws as failed, by the code of its error only', async () => {
    const health = new HealthRegistry()
    health.add('database', () => {
      throw Object.assign(new Error('postgres://u:hunter2@h'), { code: 'ECONNREFUSED' })
    })
    expect((await health.readiness()).checks.database).toEqual({ ok: false, reason: 'ECONNREFUSED' })
  })
})
