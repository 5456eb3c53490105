import { describe, expect, it } from 'vitest'
import { SearchTurns, searchLimits } from './search-turns.ts'

const { signal } = new AbortController()
const never = () => new Promise<string>(() => {})

describe('searches by turns', () => {
  it('end with 503 when the database says nothing, also for those that wait behind', async () => {
    const turns = new SearchTurns({ ...searchLimits, maxRunning: 1, timeoutMs: 20 })
    const asked = [turns.run('a', never, signal), turns.run('b', never, signal)]
    const settled = await Promise.allSettled(asked)
    for (const one of settled) expect(one).toMatchObject({ reason: { code: 'unavailable' } })
    const reason = (settled[0] as PromiseRejectedResult).reason
    expect(reason.headers).toEqual({ 'retry-after': '2' })
  })

  it('turn away a caller that has its places taken, and nobody else', async () => {
    const turns = new SearchTurns({ ...searchLimits, maxRunningPerKey: 1, maxWaitingPerKey: 1 })
    for (let times = 0; times < 2; times++) void turns.run('flood', never, signal).catch(() => undefined)
    await expect(turns.run('flood', never, signal)).rejects.toMatchObject({ code: 'too-many-requests' })
    expect(await turns.run('other', async () => 'found', signal)).toBe('found')
  })
})
