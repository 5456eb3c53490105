import { describe, expect, it } from 'vitest'
import { RegistryError } from '../registry/registry.ts'
import { Pace, paceLimits } from './pace.ts'

describe('the pace', () => {
  it('pauses when several studies fail and none succeeds, not for one alone', () => {
    const pace = new Pace(() => 0)
    const down = new RegistryError('unreachable')
    for (let count = 0; count < 10; count++) pace.failed('1.1', down)
    expect(pace.pauseMs).toBe(0)
    pace.failed('1.2', down)
    pace.failed('1.3', down)
    expect(pace.pauseMs).toBeGreaterThan(0)
    for (let count = 0; count < 20; count++) pace.failed('1.4', down)
    expect(pace.pauseMs).toBe(paceLimits.maxPauseMs)
    pace.succeeded()
    expect(pace.pauseMs).toBe(0)
  })

  it('waits as long as a registry asks, within reason, and never for a document that is refused', () => {
    const pace = new Pace(() => 0)
    for (const study of ['1.1', '1.2', '1.3', '1.4']) pace.failed(study, new RegistryError('refused'))
    expect(pace.pauseMs).toBe(0)
    pace.failed('1.1', new RegistryError('throttled', { retryAfterMs: 3_000 }))
    expect(pace.pauseMs).toBe(3_000)
    pace.failed('1.1', new RegistryError('throttled', { retryAfterMs: 3_600_000 }))
    expect(pace.pauseMs).toBe(paceLimits.maxPauseMs)
  })
})
