import type { RangeReader } from '@vna/archive'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlockPool } from './block-pool.ts'
import { BlockSender, type BlockSink } from './block-sender.ts'

function readerOf(bytes: Uint8Array, maxReadBytes = 1 << 20): RangeReader {
  return {
    sizeBytes: bytes.length,
    read: async (target, targetOffset, length, position) => {
      const part = bytes.subarray(position, position + Math.min(length, maxReadBytes))
      target.set(part, targetOffset)
      return part.length
    },
    close: async () => {},
  }
}

/** Accepts a block some ticks later, and only then copies it: a block reused too early would show. */
function slowSink(): BlockSink & { readonly chunks: Buffer[]; maxPending: number } {
  let pending = 0
  const sink = {
    chunks: [] as Buffer[],
    maxPending: 0,
    write: (bytes: Uint8Array, callback: (error?: Error | null) => void) => {
      pending += 1
      sink.maxPending = Math.max(sink.maxPending, pending)
      setImmediate(() => {
        pending -= 1
        sink.chunks.push(Buffer.from(bytes))
        callback()
      })
    },
  }
  return sink
}

const sender = (sink: BlockSink, o: { blockBytes?: number; signal?: AbortSignal; stallLimitMs?: number } = {}) =>
  new BlockSender({
    sink,
    pool: new BlockPool({ blockBytes: o.blockBytes ?? 64, maxKept: 4 }),
    signal: o.signal ?? new AbortController().signal,
    stallLimitMs: o.stallLimitMs ?? 10_000,
  })

describe('BlockSender', () => {
  it('sends exactly what was written, in full blocks, two at a time', async () => {
    const stored = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251))
    const step = fc.oneof(
      fc.uint8Array({ maxLength: 150 }).map((bytes) => ({ bytes })),
      fc.tuple(fc.nat(700), fc.nat(300)).map(([position, length]) => ({ position, length })),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.integer({ min: 1, max: 200 }),
        async (steps, maxReadBytes) => {
          const sink = slowSink()
          const blocks = sender(sink)
          const expected: Uint8Array[] = []
          for (const one of steps) {
            if ('bytes' in one) await blocks.write(one.bytes)
            else await blocks.writeRange(readerOf(stored, maxReadBytes), one.position, one.length)
            expected.push('bytes' in one ? one.bytes : stored.subarray(one.position, one.position + one.length))
          }
          await blocks.finish()
          const want = Buffer.concat(expected)
          expect(Buffer.concat(sink.chunks)).toEqual(want)
          expect(blocks.sentBytes).toBe(want.length)
          expect(sink.maxPending).toBeLessThanOrEqual(2)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('stops when the client is gone, is slow, or the object is short', async () => {
    const never: BlockSink = { write: () => {} }
    const client = new AbortController()
    const gone = sender(never, { signal: client.signal })
    await gone.write(Buffer.alloc(64))
    const finished = gone.finish()
    client.abort()
    await expect(finished).rejects.toMatchObject({ code: 'client-gone' })

    const reading = new AbortController()
    const stopped = sender(slowSink(), { signal: reading.signal })
    const read = async () => {
      reading.abort()
      return 1
    }
    const goesAway: RangeReader = { ...readerOf(Buffer.alloc(10)), read }
    await expect(stopped.writeRange(goesAway, 0, 10)).rejects.toMatchObject({ code: 'client-gone' })

    const slow = sender(never, { stallLimitMs: 5 })
    await slow.write(Buffer.alloc(1))
    await expect(slow.finish()).rejects.toMatchObject({ code: 'client-stalled' })

    const short = sender(slowSink())
    await expect(short.writeRange(readerOf(Buffer.alloc(10)), 0, 11)).rejects.toMatchObject({
      code: 'object-too-short',
    })

    const failing = sender({ write: (_bytes, callback) => callback(new Error('EPIPE')) })
    await failing.write(Buffer.alloc(1))
    await expect(failing.finish()).rejects.toMatchObject({ code: 'client-gone' })
  })
})
