import { describe, expect, it } from 'vitest'
import { catalogLimits } from '../limits.ts'
import { numberHeaders } from './header-numbers.ts'

const a = { name: 'a', no: null }
const b = { name: 'b', no: null }
const c = { name: 'c', no: null }

const of = (entityId: number, ...headers: readonly object[]) => headers.map((header) => ({ header, entityId }))

describe('the numbers of headers', () => {
  it('are one where all are equal, and nothing is stored', () => {
    const numbers = numberHeaders<object>({ no: 4, header: a, entityId: 1 }, [], of(1, { no: null, name: 'a' }))
    expect(numbers).toMatchObject({ isSeveral: false, toStore: [] })
    expect(numbers.headerOf(4)).toBe(a)
  })

  it('go on from those in use, and what is shown is stored with what is new', () => {
    const numbers = numberHeaders<object>(
      { no: 0, header: a, entityId: 1 },
      [{ no: 3, header: b, entityId: 1 }],
      of(1, c, b, c, a),
    )
    expect([a, b, c].map(numbers.numberOf)).toEqual([0, 3, 4])
    expect(numbers.toStore).toEqual([
      { no: 0, header: a, entityId: 1 },
      { no: 4, header: c, entityId: 1 },
    ])
    expect(numbers.headerOf(4)).toBe(c)
    expect(numbers.headerOf(9)).toBeUndefined()
  })

  it('end at the limit of an entity, beyond which each counts as its first; another entity has its own', () => {
    const { maxHeadersPerEntity } = catalogLimits
    const many = Array.from({ length: maxHeadersPerEntity + 10 }, (_, index) => ({ name: `n${index}`, no: null }))
    const numbers = numberHeaders<object>({ no: 0, header: a, entityId: 1 }, [], [...of(2, ...many), ...of(3, b)])
    expect(numbers.toStore).toHaveLength(1 + maxHeadersPerEntity + 1)
    expect(many.slice(-10).map(numbers.numberOf)).toEqual(Array(10).fill(1))
    expect(numbers.numberOf(b)).toBe(maxHeadersPerEntity + 1)
  })
})
