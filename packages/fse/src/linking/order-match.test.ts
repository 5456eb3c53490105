import { describe, expect, it } from 'vitest'
import { matchOrders } from './order-match.ts'

describe('two lists of order numbers', () => {
  const of = (value: string, issuer?: string) => ({ value, issuer })

  it.each([
    ['number and issuer', [of('1', 'A')], [of('1', 'A')], 'exact'],
    ['a number without an issuer in the report', [of('1')], [of('1', 'A')], 'open'],
    ['a number without an issuer in the study', [of('1', 'A')], [of('1')], 'open'],
    ['a number of two issuers', [of('1', 'A')], [of('1', 'B')], 'none'],
    ['two numbers', [of('1')], [of('2')], 'none'],
    ['two numbers of one issuer', [of('1', 'A')], [of('2', 'A')], 'none'],
    ['empty numbers', [of('')], [of('')], 'none'],
    ['no numbers', [], [], 'none'],
    ['the best of several', [of('1'), of('2', 'A')], [of('1'), of('2', 'A')], 'exact'],
  ])('%s: %s', (_, report, study, match) => {
    expect(matchOrders(report, study)).toBe(match)
  })
})
