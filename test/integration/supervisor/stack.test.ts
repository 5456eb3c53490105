import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres, startRedis } from '../../harness/servers.ts'
import { areGone, type Stack, stackProcesses, startStack, waitUntil } from '../../harness/stack.ts'

const testLimitMs = 120_000
/** The contract: nothing is left 10 s after the end was asked for. */
const stopLimitMs = 10_000
const restartLimitMs = 30_000

async function isReady(stack: Stack): Promise<boolean> {
  const response = await fetch(`${stack.httpUrl}/health/ready`).catch(() => undefined)
  return response?.status === 200
}

describe('the stack', { timeout: testLimitMs }, () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
  }, testLimitMs)
  afterAll(() => stack.dispose(), testLimitMs)

  it('is ready when it says so, and tells what its embedded defaults promise', async () => {
    expect(await isReady(stack)).toBe(true)
    expect([...stack.pids().keys()]).toEqual([...stackProcesses])
    expect(stack.output()).toContain('survives crashes, not the loss of the disk')
    const status = await stack.vna('status', '--json')
    expect([status.exitCode, JSON.parse(status.stdout).ready]).toEqual([0, true])
  })

  it('refuses a second one on the same data', async () => {
    const second = await stack.vna('up')
    expect(second.exitCode).toBe(1)
    expect(second.stderr).toContain(`supervisor runs already under ${stack.home}`)
    expect(await isReady(stack)).toBe(true)
  })

  it('runs beside another, which uses an external PostgreSQL and Redis', async () => {
    const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
    const other = await startStack({ env: { VNA_DATABASE_URL: postgres.url, VNA_REDIS_URL: redis.url } })
    expect([...other.pids().keys()]).toEqual(['supervisor', 'gateway', 'archiver', 'query', 'linker'])
    expect([await isReady(other), await isReady(stack)]).toEqual([true, true])
    await other.dispose()
    await Promise.all([postgres.stop(), redis.stop()])
  })

  it('starts again whatever is killed', async () => {
    const before = stack.pids()
    const killed = stackProcesses.filter((name) => name !== 'supervisor')
    for (const name of killed) stack.kill(name)
    const hasNewPid = (name: (typeof killed)[number]): boolean => {
      const pid = stack.pids().get(name)
      return pid !== undefined && pid !== before.get(name)
    }
    expect(await waitUntil(() => killed.every(hasNewPid), restartLimitMs)).toBe(true)
    expect(await waitUntil(() => isReady(stack), restartLimitMs)).toBe(true)
  })

  it('ends with its supervisor when that is killed', async () => {
    const pids = [...stack.pids().values()]
    stack.kill('supervisor')
    expect(await areGone(pids, stopLimitMs)).toBe(true)
    expect(await stack.up.ended).toBe(1)
  })

  it('comes back on what a killed one left behind, and ends when the command is killed', async () => {
    stack = await startStack({ home: stack.home })
    const pids = [...stack.pids().values()]
    process.kill(stack.up.pid, 'SIGKILL')
    expect(await areGone(pids, stopLimitMs)).toBe(true)
  })

  it('comes back after everything was killed at once, and stops in order on Ctrl-C', async () => {
    stack = await startStack({ home: stack.home })
    const killed = [...stack.pids().values()]
    for (const pid of killed) process.kill(pid, 'SIGKILL')
    await stack.up.ended
    stack = await startStack({ home: stack.home })
    const pids = [...stack.pids().values()]
    expect(await stack.stop()).toBe(0)
    expect(await areGone(pids, stopLimitMs)).toBe(true)
    expect(stack.pids().size).toBe(0)
  })
})
