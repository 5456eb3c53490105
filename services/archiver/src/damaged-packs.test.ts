import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DamagedPacks, damagedPacksLimits } from './damaged-packs.ts'

const { pause, maxRemembered } = damagedPacksLimits
const { firstMs: firstPauseMs, maxMs: maxPauseMs } = pause
const key = 'packs/2026/01/31/j1/s1.tar'

let folder: string
let file: string
let nowMs: number
const now = (): number => nowMs

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'damaged-'))
  file = join(folder, 'damaged-packs.json')
  nowMs = 1_000_000
})

afterEach(() => rm(folder, { recursive: true }))

describe('damaged packs', () => {
  it('wait longer after each attempt, up to a limit', async () => {
    const packs = await DamagedPacks.open(file, now)
    const pauses: number[] = []
    for (let attempt = 1; attempt <= 12; attempt++) {
      expect(packs.remember(key, 'malformed-segment')).toBe(attempt)
      const since = nowMs
      while (packs.isWaiting(key)) nowMs += firstPauseMs / 2
      pauses.push(nowMs - since)
      expect(packs.due()).toEqual([key])
    }
    expect(pauses.slice(0, 4)).toEqual([1, 2, 4, 8].map((factor) => factor * firstPauseMs))
    expect(pauses.at(-1)).toBe(maxPauseMs)
  })

  it('are remembered across a restart, until they are forgotten', async () => {
    const before = await DamagedPacks.open(file, now)
    before.remember(key, 'size-mismatch')
    await before.save()
    const after = await DamagedPacks.open(file, now)
    expect([after.size, after.isWaiting(key), after.due()]).toEqual([1, true, []])
    after.forget(key)
    await after.save()
    expect((await DamagedPacks.open(file, now)).size).toBe(0)
  })

  it('are none where the file is torn or missing, and write it only where something changed', async () => {
    const none = await DamagedPacks.open(file, now)
    await none.save()
    await expect(readFile(file)).rejects.toThrow('ENOENT')
    await writeFile(file, '[["packs/')
    expect((await DamagedPacks.open(file, now)).size).toBe(0)
  })

  it('are no more than can be remembered', async () => {
    const packs = await DamagedPacks.open(file, now)
    for (let index = 0; index <= maxRemembered; index++) packs.remember(`${key}${index}`, 'x')
    expect(packs.size).toBe(maxRemembered)
    expect(packs.remember(`${key}0`, 'x')).toBe(2)
  })
})
