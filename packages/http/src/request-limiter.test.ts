import { describe, expect, it } from 'vitest'
import { RequestLimiter } from './request-limiter.ts'

describe('RequestLimiter', () => {
  it('bounds each client and all together, and forgets what ended', () => {
    const limiter = new RequestLimiter({ maxPerClient: 2, maxTotal: 3, retryAfterSeconds: 1 })
    const leave = limiter.enter('a')
    limiter.enter('a')
    expect(() => limiter.enter('a')).toThrow(
      expect.objectContaining({ code: 'too-many-requests', headers: { 'retry-after': '1' } }),
    )
    limiter.enter('b')
    expect(() => limiter.enter('c')).toThrow(expect.objectContaining({ code: 'unavailable' }))
    leave()
    leave()
    expect(limiter.total).toBe(2)
    expect(() => limiter.enter('a')).not.toThrow()
  })
})
