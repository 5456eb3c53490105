import { describe, expect, it } from 'vitest'
import { wordsOf } from './operation-outcome.ts'

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
})
