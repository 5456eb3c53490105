import { describe, expect, it } from 'vitest'
import { createSegmentId, openedAtMs } from './journal/journal-folder.ts'
import { isSegmentId, packKeyOf, parsePackKey, sidecarKeyOf } from './pack-keys.ts'

const nowMs = Date.parse('2026-01-31T23:59:58.123Z')

describe('pack key', () => {
  it('derives from journal and segment alone', () => {
    const segmentId = createSegmentId(nowMs, 37)
    expect(segmentId).toMatch(/^20260131T235958123-11-[0-9a-f]{8}$/)
    expect(isSegmentId(segmentId)).toBe(true)
    expect(openedAtMs(segmentId)).toBe(nowMs)
    const key = packKeyOf('j1', segmentId)
    expect(key).toBe(`packs/2026/01/31/j1/${segmentId}.tar`)
    expect(sidecarKeyOf(key)).toBe(`packs/2026/01/31/j1/${segmentId}.sidecar.zst`)
    expect(parsePackKey(key)).toEqual({ journalId: 'j1', segmentId })
  })

  it('is made of nothing else, and read from nothing else', () => {
    const segmentId = createSegmentId(nowMs, 1)
    expect(() => packKeyOf('J1', segmentId)).toThrow(expect.objectContaining({ code: 'bad-key' }))
    expect(() => packKeyOf('j1', '../x')).toThrow(expect.objectContaining({ code: 'bad-key' }))
    expect(() => sidecarKeyOf('x')).toThrow(expect.objectContaining({ code: 'bad-key' }))
    for (const key of ['', `packs/2026/02/01/j1/${segmentId}.tar`, `packs/2026/01/31/J1/${segmentId}.tar`]) {
      expect(parsePackKey(key)).toBeUndefined()
    }
  })
})
