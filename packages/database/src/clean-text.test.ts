import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanDate, cleanInteger, cleanJson, cleanText } from './clean-text.ts'
import { databaseLimits } from './limits.ts'

/** Any UTF-16 code units, NUL and lone surrogates among them. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 32, 0xd800, 0xdc00)), { maxLength: 600 })
  .map((units) => String.fromCharCode(...units))

describe('text for the database', () => {
  it('has no NUL, no lone surrogate, no padding and no more than its limit, whatever came', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const cleaned = cleanText(text)
        if (cleaned === null) return
        expect(cleaned).not.toContain('\0')
        expect(cleaned.isWellFormed()).toBe(true)
        expect(cleaned.length).toBeLessThanOrEqual(databaseLimits.maxTextChars)
        expect(cleanText(cleaned)).toBe(cleaned.trim() === '' ? null : cleaned.trim())
      }),
    )
  })

  it('is absent when empty or no text', () => {
    for (const value of ['', '  ', '\0', undefined, null, 5, {}]) expect(cleanText(value)).toBeNull()
  })

  it('does not cut a character in two', () => {
    const cut = cleanText(`a${'😀'.repeat(300)}`) ?? ''
    expect(cut.isWellFormed()).toBe(true)
    expect(cut.length).toBeLessThanOrEqual(databaseLimits.maxTextChars)
  })
})

describe('dates and numbers', () => {
  it('brings the retired form of a date to the current one', () => {
    expect(cleanDate('2004.01.19')).toBe('20040119')
    expect(cleanDate('20040119')).toBe('20040119')
    expect(cleanDate('soon')).toBe('soon')
  })

  it.each([
    ['12', 12],
    [' -7 ', -7],
    ['+3', 3],
    [42, 42],
    ['2147483647', 2_147_483_647],
    ['2147483648', null],
    ['-2147483648', null],
    ['1.5', null],
    [1.5, null],
    ['', null],
    ['1e3', null],
    [undefined, null],
    [Number.NaN, null],
  ])('%j as an integer is %j', (value, expected) => {
    expect(cleanInteger(value)).toBe(expected)
  })

  it('cleans every string inside JSON', () => {
    expect(cleanJson([{ a: 'x\0y', b: ['\ud800'] }, 1, null])).toEqual([{ a: 'xy', b: ['\ufffd'] }, 1, null])
  })
})
