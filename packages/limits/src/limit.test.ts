import { describe, expect, it } from 'vitest'
import { declaredLimits, type LimitDeclaration, limit } from './limit.ts'
import { renderLimits } from './render-limits.ts'

const pieces: LimitDeclaration = {
  name: 'test: bytes held',
  owner: 'instance',
  value: 1024 * 1024,
  unit: 'bytes',
  beyond: 'is written without waiting',
}

describe('limits', () => {
  it('are declared once and give their value', () => {
    expect(limit(pieces)).toBe(1024 * 1024)
    expect(limit(pieces)).toBe(1024 * 1024)
    expect(declaredLimits()).toContainEqual(pieces)
    expect(() => limit({ ...pieces, value: 7 })).toThrow('declared twice')
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('are positive numbers, not %s', (value) => {
    expect(() => limit({ ...pieces, name: 'test: none', value })).toThrow(RangeError)
  })

  it('are rendered by owner, in units people read', () => {
    const wait: LimitDeclaration = { name: 'wait', owner: 'address', value: 30_000, unit: 'ms', beyond: 'is closed' }
    expect(renderLimits([pieces, wait, { ...wait, name: 'few', value: 1500, unit: 'parts' }])).toBe(
      [
        '## An address that has not said who it is',
        '',
        '| what | limit | beyond it |',
        '|---|---|---|',
        '| wait | 30 s | is closed |',
        '| few | 1,500 parts | is closed |',
        '',
        '## An instance',
        '',
        '| what | limit | beyond it |',
        '|---|---|---|',
        '| test: bytes held | 1 MiB | is written without waiting |',
        '',
      ].join('\n'),
    )
  })
})
