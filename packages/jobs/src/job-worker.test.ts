import { describe, expect, it } from 'vitest'
import { retryAfterMs } from './job-worker.ts'
import { jobLimits } from './limits.ts'

describe('the pause before another attempt', () => {
  it('grows, never passes the longest, and is never less than half of its step', () => {
    for (let attempt = 1; attempt <= jobLimits.maxAttempts; attempt++) {
      const full = Math.min(jobLimits.firstRetryMs * 2 ** (attempt - 1), jobLimits.maxRetryMs)
      const pause = retryAfterMs(attempt)
      expect(pause).toBeGreaterThanOrEqual(Math.floor(full / 2))
      expect(pause).toBeLessThanOrEqual(full)
    }
  })
})
