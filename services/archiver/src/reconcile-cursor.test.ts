import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReconcileCursor } from './reconcile-cursor.ts'

const idsOf = (count: number) => Array.from({ length: count }, (_, index) => String(index).padStart(6, '0'))

describe('what a run of the reconciler looks at', () => {
  it('is everything, while that is no more than a run', () => {
    const ids = idsOf(10)
    const cursor = new ReconcileCursor(10)
    expect(cursor.next(ids)).toEqual(ids)
    expect(cursor.next(ids)).toEqual(ids)
  })

  it('is the oldest in every run and all others in turns, never more than a run', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 50 }), fc.integer({ min: 0, max: 400 }), (size, count) => {
        const ids = idsOf(count)
        const cursor = new ReconcileCursor(size)
        const seen = new Set<string>()
        const rounds = Math.ceil(count / Math.ceil(size / 2)) + 1
        for (let round = 0; round < rounds; round++) {
          const chosen = cursor.next(ids)
          expect(chosen.length).toBeLessThanOrEqual(Math.max(size, 0))
          expect(new Set(chosen).size).toBe(chosen.length)
          expect(chosen.slice(0, Math.floor(size / 2))).toEqual(ids.slice(0, Math.floor(size / 2)))
          for (const id of chosen) seen.add(id)
        }
        expect(seen.size).toBe(count)
      }),
    )
  })

  it('goes on where it was when the oldest went meanwhile', () => {
    const cursor = new ReconcileCursor(4)
    expect(cursor.next(idsOf(8))).toEqual(['000000', '000001', '000002', '000003'])
    expect(cursor.next(idsOf(8).slice(2))).toEqual(['000002', '000003', '000004', '000005'])
  })
})
