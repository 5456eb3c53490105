import { describe, expect, it } from 'vitest'
import { compareDates } from './exam-window.ts'

describe('two dates', () => {
  it.each([
    ['20260110', '20260110', 'equal'],
    ['20260110', '20260117', 'within-window'],
    ['20260117', '20260110', 'within-window'],
    ['20260110', '20260118', 'outside-window'],
    ['20251231', '20260101', 'within-window'],
    ['20240228', '20240301', 'within-window'],
    // A time after the day does not count; a day that does not exist is none.
    ['20260110101500', '20260110', 'equal'],
    ['20260231', '20260303', 'absent'],
    ['20261301', '20261301', 'absent'],
    ['x20260110', '20260110', 'absent'],
    ['2026', '20260110', 'absent'],
    ['20260110', undefined, 'absent'],
    [undefined, '20260110', 'absent'],
  ])('%s and %s in a window of a week: %s', (a, b, verdict) => {
    expect(compareDates(a, b, 7)).toBe(verdict)
  })
})
