import { describe, expect, it } from 'vitest'
import type { AuditRecord } from './audit-trail.ts'
import { type Refusal, RefusalLog } from './refusal-log.ts'

const refusalOf = (peer: string): Refusal => ({ action: 'sign-in', object: { reason: 'missing-token', peer } })

function openLog(maxKinds = 2) {
  const records: AuditRecord[] = []
  const troubles: unknown[] = []
  const state = { isDown: false }
  const log = new RefusalLog({
    trail: {
      record: async (record) => {
        if (state.isDown) throw new Error('down')
        records.push(record)
      },
    },
    onTrouble: (error) => troubles.push(error),
    limits: { windowMs: 60_000, maxKinds },
  })
  return { log, state, troubles, counts: () => records.map(({ object }) => [object.peer, object.times]) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('RefusalLog', () => {
  it('records the first of a kind at once and counts the others', () => {
    const { log, counts } = openLog()
    for (let times = 0; times < 5; times++) log.add(refusalOf('10.0.0.1'))
    log.add(refusalOf('10.0.0.2'))
    for (let peer = 3; peer < 100; peer++) log.add(refusalOf(`10.0.0.${peer}`))
    log.flush()
    expect(counts()).toEqual([
      ['10.0.0.1', 1],
      ['10.0.0.2', 1],
      ['10.0.0.1', 4],
      ['various', 97],
    ])
  })

  it('writes a bounded number of entries in a window, whoever floods', () => {
    const { log, counts } = openLog(10)
    for (let peer = 0; peer < 10_000; peer++) for (let times = 0; times < 2; times++) log.add(refusalOf(String(peer)))
    log.flush()
    expect(counts().length).toBeLessThanOrEqual(2 * 10 + 2)
    expect(counts().reduce((sum, [, times]) => sum + Number(times), 0)).toBe(20_000)
  })

  it('goes on counting what the trail could not take', async () => {
    const { log, state, troubles, counts } = openLog()
    state.isDown = true
    for (let times = 0; times < 3; times++) log.add(refusalOf('10.0.0.1'))
    await settled()
    log.flush()
    await settled()
    expect(counts()).toEqual([])
    expect(troubles).toHaveLength(2)
    state.isDown = false
    log.flush()
    expect(counts()).toEqual([['10.0.0.1', 3]])
  })
})
