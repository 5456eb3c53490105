import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { BodyBudget } from './body-budget.ts'

/** A request whose body comes in the given pieces; `headers` as Node gives them. */
function requestOf(pieces: Iterable<Buffer>, headers: Readonly<Record<string, string>> = {}): IncomingMessage {
  async function* iterator(): AsyncGenerator<Buffer> {
    yield* pieces
  }
  return { headers, iterator } as unknown as IncomingMessage
}

describe('the body of a report', () => {
  it('is read whole into a buffer of its own, and given back to the budget', async () => {
    const budget = new BodyBudget()
    const { bytes, release } = await budget.read(requestOf([Buffer.from('one '), Buffer.from('report')]), 'A')
    expect(Buffer.from(bytes).toString()).toBe('one report')
    expect(bytes.buffer.byteLength).toBe(bytes.length)
    expect(budget.heldBytes).toBe(bytes.length)
    release()
    expect(budget.heldBytes).toBe(0)
  })

  it('keeps no piece, however many there are', async () => {
    function* pieces(): Generator<Buffer> {
      const piece = Buffer.alloc(1)
      for (let at = 0; at < 100_000; at++) {
        piece[0] = at % 251
        yield piece
      }
    }
    const { bytes } = await new BodyBudget().read(requestOf(pieces()), 'A')
    expect(bytes).toEqual(Uint8Array.from({ length: 100_000 }, (_, at) => at % 251))
  })

  it.each([
    ['by its header', [], { 'content-length': '11' }],
    ['while it comes', [Buffer.alloc(6), Buffer.alloc(6)], {}],
  ])('is refused when it is too large: %s', async (_, pieces, headers) => {
    const budget = new BodyBudget({ maxReportBytes: 10 })
    await expect(budget.read(requestOf(pieces, headers), 'A')).rejects.toMatchObject({ code: 'payload-too-large' })
    expect(budget.heldBytes).toBe(0)
  })

  it('leaves room beside a sender that has its share', async () => {
    const budget = new BodyBudget({ maxBytesAtOnce: 20, maxBytesPerOwner: 10 })
    await budget.read(requestOf([Buffer.alloc(8)]), 'flood')
    await expect(budget.read(requestOf([Buffer.alloc(8)]), 'flood')).rejects.toMatchObject({ code: 'unavailable' })
    expect((await budget.read(requestOf([Buffer.alloc(8)]), 'other')).bytes).toHaveLength(8)
  })

  it('is refused when it is coded, before it is read', async () => {
    const request = requestOf([Buffer.alloc(6)], { 'content-encoding': 'gzip' })
    await expect(new BodyBudget().read(request, 'A')).rejects.toMatchObject({ code: 'unsupported-media-type' })
  })

  it('is refused for now when all together hold too much', async () => {
    const budget = new BodyBudget({ maxBytesAtOnce: 10 })
    await budget.read(requestOf([Buffer.alloc(8)]), 'A')
    await expect(budget.read(requestOf([Buffer.alloc(8)]), 'A')).rejects.toMatchObject({ code: 'unavailable' })
    expect(budget.heldBytes).toBe(8)
  })
})
