import type { RangeReader } from '@vna/archive'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlockPool } from '../body/block-pool.ts'
import { type BodyPart, bytesPart } from '../body/body-part.ts'
import { findRun } from '../body/find-run.ts'
import { PrefetchBudget, PrefetchingReader } from './prefetching-reader.ts'
import type { StoredInstance } from './stored-instance.ts'

const object = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 31) % 251))

function slowReader() {
  const reads: [position: number, length: number][] = []
  let running = 0
  let maxRunning = 0
  const reader: RangeReader = {
    sizeBytes: object.length,
    read: async (target, targetOffset, length, position) => {
      reads.push([position, length])
      maxRunning = Math.max(maxRunning, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      return object.copy(target, targetOffset, position, position + length)
    },
    close: async () => {},
  }
  return { reader, reads, maxRunning: () => maxRunning }
}

async function readAll(reader: RangeReader, start: number, end: number, step: number): Promise<Buffer> {
  const target = Buffer.alloc(end - start)
  for (let at = start; at < end; ) at += await reader.read(target, at - start, Math.min(step, end - at), at)
  return target
}

describe('PrefetchingReader', () => {
  it('reads what is there, whatever the windows and the steps', async () => {
    const shape = fc.record({
      blockBytes: fc.integer({ min: 1, max: 300 }),
      windows: fc.nat(6),
      windowsAhead: fc.nat(4),
      step: fc.integer({ min: 1, max: 400 }),
      start: fc.nat(400),
      length: fc.integer({ min: 1, max: 600 }),
    })
    await fc.assert(
      fc.asyncProperty(shape, async ({ blockBytes, windows, windowsAhead, step, start, length }) => {
        const pool = new BlockPool({ blockBytes, maxKept: 2 })
        const budget = new PrefetchBudget(windows)
        const { reader, maxRunning } = slowReader()
        const end = start + length
        const ahead = new PrefetchingReader({ reader, start, end, pool, budget, windowsAhead })
        expect((await readAll(ahead, start, end, step)).equals(object.subarray(start, end))).toBe(true)
        expect(maxRunning()).toBeLessThanOrEqual(windowsAhead + 1)
        await ahead.close()
        await new Promise((resolve) => setImmediate(resolve))
        await new Promise((resolve) => setImmediate(resolve))
        const free = Array.from({ length: windows + 1 }, () => budget.take()).filter(Boolean).length
        expect(free).toBe(windows)
      }),
      { numRuns: 60 },
    )
  })

  it('asks once for each window, and tells an error where it is read', async () => {
    const { reader, reads } = slowReader()
    const parts = { start: 0, end: 500, pool: new BlockPool({ blockBytes: 100, maxKept: 4 }), windowsAhead: 2 }
    await readAll(new PrefetchingReader({ ...parts, reader, budget: new PrefetchBudget(9) }), 0, 500, 30)
    expect(reads).toEqual([0, 100, 200, 300, 400].map((position) => [position, 100]))
    const broken: RangeReader = { ...reader, read: () => Promise.reject(new Error('gone')) }
    const failing = new PrefetchingReader({ ...parts, reader: broken, budget: new PrefetchBudget(9) })
    await expect(failing.read(Buffer.alloc(10), 0, 10, 0)).rejects.toThrow('gone')
    await failing.close()
  })
})

describe('findRun', () => {
  const stored = (packKey: string, offset: number, lengthBytes: number): BodyPart => ({
    kind: 'stored',
    instance: { packKey, offset } as StoredInstance,
    offset: 0,
    lengthBytes,
  })
  const header = bytesPart(Buffer.alloc(100))

  it('spans the instances that lie one after the other in a pack', () => {
    const parts = [header, stored('a', 2048, 1000), header, stored('a', 5120, 1000), header, stored('b', 2048, 10)]
    expect(findRun(parts, 1)).toEqual({ packKey: 'a', start: 2048, end: 6120 })
    expect(findRun(parts, 3)).toEqual({ packKey: 'a', start: 5120, end: 6120 })
    expect(findRun(parts, 0)).toBeUndefined()
  })

  it('ends at a gap, at an instance further back, and at what is made while sending', () => {
    const run = (part: BodyPart) => findRun([stored('a', 2048, 1000), part], 0)?.end
    expect(run(stored('a', 1_000_000, 10))).toBe(3048)
    expect(run(stored('a', 0, 10))).toBe(3048)
    expect(run({ kind: 'made', lengthBytes: 1, make: async function* () {} })).toBe(3048)
  })
})
