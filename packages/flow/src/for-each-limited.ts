/**
 * Does something for every item, at most `limit` at a time, in the order of the items, which are taken one by one as there
 * is room; nothing of an item is kept. After the first failure no more is begun; that failure is thrown when all that was
 * begun has ended.
 */
export async function forEachLimited<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  let hasFailed = false
  const lane = async (): Promise<void> => {
    try {
      for (let next = await iterator.next(); next.done !== true && !hasFailed; next = await iterator.next()) {
        await work(next.value)
        if (hasFailed) return
      }
    } catch (error) {
      hasFailed = true
      throw error
    }
  }
  try {
    await inLanes(limit, lane)
  } finally {
    await iterator.return?.()
  }
}

/** So many loops side by side, each with what is its own, such as a connection. Throws the first failure when all have ended. */
export async function inLanes(lanes: number, lane: () => Promise<unknown>): Promise<void> {
  const failures: unknown[] = []
  const run = async (): Promise<void> => {
    try {
      await lane()
    } catch (error) {
      failures.push(error)
    }
  }
  await Promise.all(Array.from({ length: lanes }, run))
  if (failures.length > 0) throw failures[0]
}
