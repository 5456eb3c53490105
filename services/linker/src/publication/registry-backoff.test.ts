import { describe, expect, it } from 'vitest'
import { RegistryError } from '../registry/registry.ts'
import { RegistryBackoff, registryBackoffLimits } from './registry-backoff.ts'

describe('the backoff towards the registry', () => {
  it('pauses when several studies fail and none succeeds, not for one alone', () => {
    const backoff = new RegistryBackoff(() => 0)
    const down = new RegistryError('unreachable')
    for (let count = 0; count < 10; count++) backoff.failed('1.1', down)
    expect(backoff.pauseMs).toBe(0)
    backoff.failed('1.2', down)
    backoff.failed('1.3', down)
    expect(backoff.pauseMs).toBeGreaterThan(0)
    for (let count = 0; count < 20; count++) backoff.failed('1.4', down)
    expect(backoff.pauseMs).toBe(registryBackoffLimits.maxPauseMs)
    backoff.succeeded()
    expect(backoff.pauseMs).toBe(0)
  })

  it('waits as long as a registry asks, within reason, and never for a document that is refused', () => {
    const backoff = new RegistryBackoff(() => 0)
    for (const study of ['1.1', '1.2', '1.3', '1.4']) backoff.failed(study, new RegistryError('refused'))
    expect(backoff.pauseMs).toBe(0)
    backoff.failed('1.1', new RegistryError('throttled', { retryAfterMs: 3_000 }))
    expect(backoff.pauseMs).toBe(3_000)
    backoff.failed('1.1', new RegistryError('throttled', { retryAfterMs: 3_600_000 }))
    expect(backoff.pauseMs).toBe(registryBackoffLimits.maxPauseMs)
  })
})
