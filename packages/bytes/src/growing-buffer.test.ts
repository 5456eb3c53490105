import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GrowingBuffer } from './growing-buffer.ts'

describe('a growing buffer', () => {
  it('gives the pieces back as one', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 40 }), (pieces) => {
        const buffer = new GrowingBuffer(40 * 700)
        for (const piece of pieces) expect(buffer.append(piece)).toBe(true)
        expect(Buffer.from(buffer.take())).toEqual(Buffer.concat(pieces))
        expect(buffer.lengthBytes).toBe(0)
      }),
    )
  })

  it('takes no more than its limit, and keeps what it had', () => {
    const buffer = new GrowingBuffer(5)
    expect(buffer.append(Uint8Array.of(1, 2, 3))).toBe(true)
    expect(buffer.append(Uint8Array.of(4, 5, 6))).toBe(false)
    expect(buffer.append(Uint8Array.of(4, 5))).toBe(true)
    expect([...buffer.view()]).toEqual([1, 2, 3, 4, 5])
  })

  it('does not reference a piece afterwards', () => {
    const buffer = new GrowingBuffer(10)
    const piece = Uint8Array.of(7)
    buffer.append(piece)
    piece[0] = 9
    expect([...buffer.view()]).toEqual([7])
  })
})
