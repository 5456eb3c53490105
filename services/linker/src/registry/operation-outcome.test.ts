import { describe, expect, it } from 'vitest'
import { wordsOf } from './operation-outcome.ts'
import { retryAfterMs } from './retry-after.ts'

describe('what a registry says', () => {
  it('is its OperationOutcome, issue by issue', () => {
    const issue = [
      { code: 'invalid', details: { text: 'no such type' }, diagnostics: 'typeCode' },
      { code: 'required' },
    ]
    expect(wordsOf(422, JSON.stringify({ resourceType: 'OperationOutcome', issue }))).toBe(
      '422 invalid: no such type: typeCode; required',
    )
  })

  it('is bounded, whatever it is', () => {
    expect(wordsOf(400, `<html>\n\n${'x'.repeat(100_000)}`)).toHaveLength(2_000)
    expect(wordsOf(500, '')).toBe('500')
    expect(wordsOf(400, '{"resourceType":"OperationOutcome","issue":[null,7]}')).toBe('400 ;')
  })

  it('tells when to come again, in seconds or as a date', () => {
    expect(retryAfterMs('7', 0)).toBe(7_000)
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:09 GMT', 4_000)).toBe(5_000)
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:09 GMT', 14_000)).toBe(0)
    expect(retryAfterMs('999999', 0)).toBe(120_000)
    expect(retryAfterMs('soon', 0)).toBeUndefined()
    expect(retryAfterMs(null, 0)).toBeUndefined()
  })
})
