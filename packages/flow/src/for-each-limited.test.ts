import { describe, expect, it } from 'vitest'
import { forEachLimited, inLanes } from './for-each-limited.ts'

/** Work that the test ends by hand. */
function createWorld() {
  const open = new Map<number, { end: () => void; fail: () => void }>()
  const begun: number[] = []
  const work = (item: number): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    begun.push(item)
    open.set(item, { end: resolve, fail: () => reject(new Error(`item ${item}`)) })
    return promise
  }
  const turn = async () => await new Promise((resolve) => setImmediate(resolve))
  const end = async (item: number, how: 'end' | 'fail' = 'end') => {
    open.get(item)?.[how]()
    await turn()
  }
  return { begun, work, end, turn }
}

describe('forEachLimited', () => {
  it('begins in order, as many as may run at once, and another when one ends', async () => {
    const { begun, work, end, turn } = createWorld()
    const done = forEachLimited([1, 2, 3, 4], 2, work)
    await turn()
    expect(begun).toEqual([1, 2])
    await end(2)
    expect(begun).toEqual([1, 2, 3])
    await end(1)
    await end(3)
    await end(4)
    await done
    expect(begun).toEqual([1, 2, 3, 4])
  })

  it('begins no more after a failure, and throws it when all that was begun has ended', async () => {
    const { begun, work, end, turn } = createWorld()
    let isSettled = false
    const done = forEachLimited([1, 2, 3, 4], 2, work).finally(() => {
      isSettled = true
    })
    done.catch(() => undefined)
    await turn()
    await end(1, 'fail')
    expect(begun).toEqual([1, 2])
    expect(isSettled).toBe(false)
    await end(2)
    await expect(done).rejects.toThrow('item 1')
  })

  it('takes items of a stream only when there is room', async () => {
    const { work, end, turn } = createWorld()
    let taken = 0
    async function* items(): AsyncGenerator<number> {
      for (taken = 1; taken <= 3; taken++) yield taken
    }
    const done = forEachLimited(items(), 1, work)
    await turn()
    expect(taken).toBe(1)
    for (const item of [1, 2, 3]) await end(item)
    await done
  })

  it('closes a stream that it does not read to its end', async () => {
    let isClosed = false
    async function* items(): AsyncGenerator<number> {
      try {
        for (let item = 1; ; item++) yield item
      } finally {
        isClosed = true
      }
    }
    const work = async (item: number) => {
      if (item === 3) throw new Error('item 3')
    }
    await expect(forEachLimited(items(), 2, work)).rejects.toThrow('item 3')
    expect(isClosed).toBe(true)
  })

  it('throws what the items throw', async () => {
    async function* items(): AsyncGenerator<number> {
      yield 1
      throw new Error('no more')
    }
    await expect(forEachLimited(items(), 2, async () => undefined)).rejects.toThrow('no more')
  })
})

describe('inLanes', () => {
  it('runs every lane at once, and ends when all have ended', async () => {
    const items = [1, 2, 3, 4, 5]
    const done: number[] = []
    await inLanes(2, async () => {
      for (let item = items.shift(); item !== undefined; item = items.shift()) {
        await Promise.resolve()
        done.push(item)
      }
    })
    expect(done.toSorted()).toEqual([1, 2, 3, 4, 5])
  })

  it('throws the first failure when the other lanes have ended', async () => {
    let lanes = 0
    let ended = 0
    const run = inLanes(3, async () => {
      const lane = ++lanes
      await new Promise((resolve) => setImmediate(resolve))
      if (lane === 1) throw new Error('lane 1')
      await new Promise((resolve) => setImmediate(resolve))
      ended++
    })
    await expect(run).rejects.toThrow('lane 1')
    expect(ended).toBe(2)
  })
})
