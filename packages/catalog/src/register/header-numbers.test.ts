import { describe, expect, it } from 'vitest'
import { catalogLimits } from '../limits.ts'
import { numberHeaders } from './header-numbers.ts'

const a = { name: 'a', no: null }
const b = { name: 'b', no: null }
const c = { name: 'c', no: null }

describe('the numbers of headers', () => {
  it('are one where all are equal, and nothing is stored', () => {
    const numbers = numberHeaders({ no: 4, header: a }, [], [{ no: null, name: 'a' }])
    expect(numbers).toMatchObject({ isSeveral: false, toStore: [] })
    expect(numbers.headerOf(4)).toBe(a)
  })

  it('go on from those in use, and what is shown is stored with what is new', () => {
    const numbers = numberHeaders({ no: 0, header: a }, [{ no: 3, header: b }], [c, b, c, a])
    expect([a, b, c].map(numbers.numberOf)).toEqual([0, 3, 4])
    expect(numbers.toStore).toEqual([
      { no: 0, header: a },
      { no: 4, header: c },
    ])
    expect(numbers.headerOf(4)).toBe(c)
    expect(numbers.headerOf(9)).toBeUndefined()
  })

  it('end at the limit, beyond which every header counts as the one shown', () => {
    const many = Array.from({ length: catalogLimits.maxHeaders + 10 }, (_, index) => ({ name: `n${index}`, no: null }))
    const numbers = numberHeaders({ no: 0, header: a }, [], many)
    expect(numbers.toStore).toHaveLength(catalogLimits.maxHeaders)
    expect(many.slice(-11).map(numbers.numberOf)).toEqual(Array(11).fill(0))
  })
})
