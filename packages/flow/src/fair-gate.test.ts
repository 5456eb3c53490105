import { describe, expect, it } from 'vitest'
import { FairGate, type FairGateLimits } from './fair-gate.ts'

const wide: FairGateLimits = { maxRunning: 1, maxRunningPerKey: 8, maxWaitingPerKey: 100, maxWaiting: 1_000 }

/** Work that the test ends by hand. */
function createWorld(limits: Partial<FairGateLimits> = {}) {
  const gate = new FairGate({ ...wide, ...limits })
  const begun: string[] = []
  const ends: (() => void)[] = []
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const ask = (key: string, signal?: AbortSignal) => {
    const asked = gate.run(
      key,
      () => {
        begun.push(key)
        const { promise, resolve } = Promise.withResolvers<void>()
        ends.push(resolve)
        return promise
      },
      signal,
    )
    asked.catch(() => undefined)
    return asked
  }
  const endNext = async () => {
    ends.shift()?.()
    await turn()
  }
  return { gate, begun, ask, endNext, turn }
}

describe('FairGate', () => {
  it('lets keys begin by turns, whoever came first and however many of one wait', async () => {
    const { begun, ask, endNext } = createWorld()
    for (let times = 0; times < 20; times++) void ask('flood')
    void ask('a')
    void ask('b')
    for (let times = 0; times < 5; times++) await endNext()
    expect(begun).toEqual(['flood', 'flood', 'a', 'b', 'flood', 'flood'])
  })

  it('runs no more of one key than it may, also where there is room', async () => {
    const { begun, ask, gate } = createWorld({ maxRunning: 4, maxRunningPerKey: 2 })
    for (let times = 0; times < 3; times++) void ask('flood')
    void ask('a')
    expect(begun).toEqual(['flood', 'flood', 'a'])
    expect([gate.running, gate.waiting]).toEqual([3, 1])
  })

  it('turns away who has its places taken, and tells it from being full', async () => {
    const { ask } = createWorld({ maxWaitingPerKey: 2, maxWaiting: 3 })
    for (let times = 0; times < 3; times++) void ask('flood')
    await expect(ask('flood')).rejects.toMatchObject({ name: 'GateFullError', isCallers: true })
    void ask('a')
    await expect(ask('b')).rejects.toMatchObject({ isCallers: false })
  })

  it('forgets who goes away while it waits, and frees a place when work fails', async () => {
    const { gate, begun, ask, endNext } = createWorld()
    void ask('a')
    const gone = new AbortController()
    const left = ask('b', gone.signal)
    gone.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    expect(gate.waiting).toBe(0)
    await endNext()
    await expect(gate.run('c', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
    expect(gate.running).toBe(0)
    expect(begun).toEqual(['a'])
  })
})
