import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  adoptJournal,
  faultPoints,
  listSealedSegments,
  openFileReader,
  openJournal,
  readSegment,
  verifyPack,
} from '../../../packages/archive/src/index.ts'

let folder: string
let writer: WritingProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crash-'))
})

afterEach(async () => {
  writer?.child.kill('SIGKILL')
  await writer?.exited
  await rm(folder, { recursive: true })
})

interface WritingProcess {
  child: ChildProcess
  /** Name and digest of each instance it said it acknowledged. */
  acknowledged: Map<string, string>
  atLeast(count: number): Promise<void>
  exited: Promise<void>
}

function startWriter(point: string, nth: number): WritingProcess {
  const script = join(import.meta.dirname, 'writing-process.ts')
  const child = spawn(process.execPath, [script, folder, point, String(nth)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const acknowledged = new Map<string, string>()
  const waiting: { count: number; wake(): void }[] = []
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const [name, sha256] = line.split(' ')
    if (sha256 !== undefined) acknowledged.set(name!, sha256)
    for (const { count, wake } of waiting) if (acknowledged.size >= count) wake()
  })
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const atLeast = (count: number) => new Promise<void>((wake) => waiting.push({ count, wake }))
  writer = { child, acknowledged, atLeast, exited }
  return writer
}

/** How often each instance stands in the sealed segments, and that all of them are what their headers say. */
async function readSealed(): Promise<Map<string, { sha256: string; count: number }>> {
  const found = new Map<string, { sha256: string; count: number }>()
  for (const { path } of await listSealedSegments(folder)) {
    const reader = await openFileReader(path)
    await verifyPack(reader)
    for await (const { name, sha256 } of readSegment(reader)) {
      const count = (found.get(name)?.count ?? 0) + 1
      found.set(name, { sha256: Buffer.from(sha256).toString('hex'), count })
    }
    await reader.close()
  }
  return found
}

async function expectAllKept(acknowledged: ReadonlyMap<string, string>): Promise<void> {
  const sealed = await readSealed()
  for (const [name, sha256] of acknowledged) expect([name, sealed.get(name)]).toEqual([name, { sha256, count: 1 }])
  for (const { count } of sealed.values()) expect(count).toBe(1)
}

describe('journal of a killed process', () => {
  it.each(faultPoints.map((point, index) => ({ point, nth: 1 + (index % 3) * 2 })))(
    'keeps each acknowledged instance once when killed at $point, time $nth',
    async ({ point, nth }) => {
      const { child, acknowledged, exited } = startWriter(point, nth)
      await exited
      expect(child.signalCode).toBe('SIGKILL')
      const journal = await openJournal({ folder, limits: { hardFreeBytes: 0 } })
      await journal.close()
      await expectAllKept(acknowledged)
    },
  )

  it('keeps them when killed at any moment, again and again', async () => {
    const all = new Map<string, string>()
    for (let round = 0; round < 3; round++) {
      const { child, acknowledged, atLeast, exited } = startWriter('never', 0)
      await atLeast(5 + round * 20)
      child.kill('SIGKILL')
      await exited
      for (const [name, sha256] of acknowledged) all.set(name, sha256)
    }
    const journal = await openJournal({ folder, limits: { hardFreeBytes: 0 } })
    await journal.close()
    const sealed = await readSealed()
    for (const [name, sha256] of all) expect(sealed.get(name)).toMatchObject({ sha256 })
  })

  it('is locked while its owner lives, stopped or not, and adopted once it is dead', async () => {
    const { child, acknowledged, atLeast, exited } = startWriter('never', 0)
    await atLeast(10)
    await expect(openJournal({ folder })).rejects.toMatchObject({ code: 'journal-locked' })
    child.kill('SIGSTOP')
    await expect(openJournal({ folder })).rejects.toMatchObject({ code: 'journal-locked' })
    await expect(adoptJournal({ folder, into: 'other' })).rejects.toMatchObject({ code: 'journal-locked' })
    child.kill('SIGKILL')
    await exited
    const adopted = await adoptJournal({ folder, into: 'other' })
    expect(adopted).toMatchObject({ journalId: 'crash-test', into: 'other' })
    expect(adopted.sealed.length).toBeGreaterThan(0)
    await expectAllKept(acknowledged)
  })
})
