import { describe, expect, it } from 'vitest'
import { KeptRunning, type Run, restartBackoff } from './keep-running.ts'

/** Runs that the test ends by hand, and a clock whose sleeps last one turn of the event loop. */
function createWorld() {
  const runs: { end: (exitCode: number) => void; stops: boolean[] }[] = []
  const sleeps: number[] = []
  const failures: unknown[] = []
  let now = 0
  let failNext = false
  const start = async (): Promise<Run> => {
    if (failNext) throw new Error('no')
    const { promise: ended, resolve: end } = Promise.withResolvers<number>()
    const run = { end, stops: [] as boolean[] }
    runs.push(run)
    return { ended, stop: (hard) => void (run.stops.push(hard) && end(0)) }
  }
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      sleeps.push(ms)
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
  const kept = new KeptRunning({
    start,
    clock,
    onEnded: () => undefined,
    onStartFailed: (error) => failures.push(error),
  })
  return {
    kept,
    runs,
    sleeps,
    failures,
    pass: (ms: number) => {
      now += ms
    },
    fail: (value: boolean) => {
      failNext = value
    },
    settle: async () => {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

describe('KeptRunning', () => {
  it('starts again what ends, waiting twice as long each time up to a limit', async () => {
    const world = createWorld()
    await world.kept.start()
    for (let i = 0; i < 8; i++) {
      world.runs[i]?.end(1)
      await world.settle()
    }
    expect(world.sleeps).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000])
    expect(world.kept.restarts).toBe(8)
    expect(world.kept.isRunning).toBe(true)
    await world.kept.stop(10)
  })

  it('waits shortly again after a steady run', async () => {
    const world = createWorld()
    await world.kept.start()
    for (let i = 0; i < 3; i++) {
      world.runs[i]?.end(1)
      await world.settle()
    }
    world.pass(restartBackoff.steadyAfterMs)
    world.runs[3]?.end(1)
    await world.settle()
    expect(world.sleeps).toEqual([250, 500, 1000, 250])
    await world.kept.stop(10)
  })

  it('fails with the first start, and tries later ones without end', async () => {
    const failing = createWorld()
    failing.fail(true)
    await expect(failing.kept.start()).rejects.toThrow('no')

    const world = createWorld()
    await world.kept.start()
    world.fail(true)
    world.runs[0]?.end(1)
    await world.settle()
    expect(world.failures.length).toBeGreaterThan(0)
    world.fail(false)
    await world.settle()
    expect(world.runs.length).toBeGreaterThan(1)
    await world.kept.stop(10)
  })

  it('does not start again what it was asked to stop', async () => {
    const world = createWorld()
    await world.kept.start()
    await world.kept.stop(10)
    expect(world.runs).toHaveLength(1)
    expect(world.runs[0]?.stops).toEqual([false])
    expect(world.kept.isRunning).toBe(false)
  })
})
