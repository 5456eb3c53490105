import { describe, expect, it } from 'vitest'
import { backoffMs } from './backoff.ts'
import { parseRetryAfter } from './retry-after.ts'

const limits = { firstMs: 200, maxMs: 15_000 }
const pauses = (jitter: 'none' | 'half' | 'full', random: number) =>
  [0, 1, 2, 6, 7, 1_000].map((retries) => backoffMs(retries, limits, { jitter, random: () => random }))

describe('the pause before another attempt', () => {
  it('doubles up to the longest', () => {
    expect(pauses('none', 0.7)).toEqual([200, 400, 800, 12_800, 15_000, 15_000])
  })

  it('is left to chance by half or wholly, and never longer than its step', () => {
    expect(pauses('half', 0)).toEqual([100, 200, 400, 6_400, 7_500, 7_500])
    expect(pauses('half', 1)).toEqual(pauses('none', 0))
    expect(pauses('full', 0)).toEqual([0, 0, 0, 0, 0, 0])
    expect(pauses('full', 1)).toEqual(pauses('none', 0))
  })
})

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  it.each([
    ['3', 3_000],
    [' 3 ', 3_000],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['86400', 120_000],
    ['soon', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('%s', (header, ms) => {
    expect(parseRetryAfter(header, now)).toBe(ms)
  })
})
