import { describe, expect, it } from 'vitest'
import { resolveLimits } from '../limits.ts'
import { AssociationWatch, watchIntervalMs } from './association-watch.ts'

const limits = resolveLimits({ idleTimeoutMs: 100, progressIntervalMs: 50, minProgressBytes: 1000 })
const quiet = { bytesRead: 0, inside: false, waitsForUs: false }

describe('AssociationWatch', () => {
  it('finds an association idle', () => {
    const watch = new AssociationWatch(limits, 0)
    expect(watch.check(99, quiet)).toBeUndefined()
    expect(watch.check(100, quiet)).toBe('idle')
  })

  it('starts anew with every byte between messages', () => {
    const watch = new AssociationWatch(limits, 0)
    expect(watch.check(99, { ...quiet, bytesRead: 1 })).toBeUndefined()
    expect(watch.check(198, { ...quiet, bytesRead: 1 })).toBeUndefined()
    expect(watch.check(199, { ...quiet, bytesRead: 1 })).toBe('idle')
  })

  it('finds a peer stalled that trickles bytes inside a message', () => {
    const watch = new AssociationWatch(limits, 0)
    expect(watch.check(10, { ...quiet, inside: true, bytesRead: 10 })).toBeUndefined()
    expect(watch.check(40, { ...quiet, inside: true, bytesRead: 500 })).toBeUndefined()
    expect(watch.check(60, { ...quiet, inside: true, bytesRead: 1009 })).toBe('stalled')
  })

  it('is content with a peer that keeps the pace', () => {
    const watch = new AssociationWatch(limits, 0)
    for (let n = 0; n < 10; n++) {
      expect(watch.check(n * 50, { ...quiet, inside: true, bytesRead: n * 1000 })).toBeUndefined()
    }
  })

  it('never blames the peer while it waits for us', () => {
    const watch = new AssociationWatch(limits, 0)
    expect(watch.check(500, { ...quiet, waitsForUs: true })).toBeUndefined()
    expect(watch.check(599, quiet)).toBeUndefined()
    expect(watch.check(600, quiet)).toBe('idle')
  })

  it('is asked often enough', () => {
    expect(watchIntervalMs(limits)).toBe(12)
    expect(watchIntervalMs(resolveLimits())).toBe(1000)
  })
})
