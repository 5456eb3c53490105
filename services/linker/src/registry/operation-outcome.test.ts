import { describe, expect, it } from 'vitest'
import { answerText } from './operation-outcome.ts'

describe('what a registry says', () => {
  it('is its OperationOutcome, issue by issue', () => {
    const issue = [
      { code: 'invalid', details: { text: 'no such type' }, diagnostics: 'typeCode' },
      { code: 'required' },
    ]
    expect(answerText(422, JSON.stringify({ resourceType: 'OperationOutcome', issue }))).toBe(
      '422 invalid: no such type: typeCode; required',
    )
  })

  it('is bounded, whatever it is', () => {
    expect(answerText(400, `<html>\n\n${'x'.repeat(100_000)}`)).toHaveLength(2_000)
    expect(answerText(500, '')).toBe('500')
    expect(answerText(400, '{"resourceType":"OperationOutcome","issue":[null,7]}')).toBe('400 ;')
  })
})
