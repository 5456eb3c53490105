import { appendFile, mkdtemp, open, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createExampleInstance } from '../example-instances.ts'
import { packKeyOf } from '../pack-keys.ts'
import { readSegment } from '../segment/read-segment.ts'
import { adoptJournal, listAdoptedJournals } from './adopt-journal.ts'
import { openJournal } from './journal.ts'
import { nodeJournalFileSystem } from './journal-file-system.ts'
import { journalFolderOf, listSealedSegments, removeSealedSegment } from './journal-folder.ts'
import type { RecoveredSegment } from './recovery.ts'

const limits = { hardFreeBytes: 0 }

let root: string
let folder: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'recovery-'))
  folder = join(root, 'j1')
})

afterEach(() => rm(root, { recursive: true }))

/** A journal as a dead process leaves it: one open segment of `count` members. Its path. */
async function leaveOpenSegment(count: number): Promise<string> {
  // A rename that never comes, as when the process ends first: the segment stays open, untrimmed.
  const fileSystem = { ...nodeJournalFileSystem, rename: () => Promise.reject(new Error('dead')) }
  const journal = await openJournal({
    folder,
    journalId: 'j1',
    limits: { ...limits, probeIntervalMs: 1e6 },
    fileSystem,
  })
  const lane = journal.openLane({ entityCode: 'E', source: 's' })
  let endBytes = 0
  for (let n = 1; n <= count; n++) {
    const { prefix, dataSet, ...uids } = createExampleInstance({ n, pixelBytes: 3000 })
    const writer = lane.begin({ prefix, ...uids })
    writer.write([dataSet])
    const { offset, lengthBytes } = await writer.commit()
    endBytes = offset + lengthBytes
  }
  await journal.close()
  const [name] = await readdir(join(folder, 'open'))
  const path = join(folder, 'open', name!)
  await truncate(path, endBytes)
  return path
}

async function recover(): Promise<readonly RecoveredSegment[]> {
  const journal = await openJournal({ folder, limits })
  await journal.close()
  return journal.recovered
}

async function sealedSeqs(): Promise<number[]> {
  const seqs: number[] = []
  for (const { path } of await listSealedSegments(folder)) for await (const { seq } of readSegment(path)) seqs.push(seq)
  return seqs
}

async function overwrite(path: string, position: number, bytes: Buffer): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(bytes, 0, bytes.length, position)
  await file.close()
}

describe('recovery', () => {
  it('seals a whole segment, and what follows it is cut', async () => {
    const path = await leaveOpenSegment(3)
    await appendFile(path, Buffer.alloc(4096, 0xff))
    expect(await recover()).toMatchObject([{ instances: 3, outcome: 'sealed' }])
    expect(await sealedSeqs()).toEqual([1, 2, 3])
    const [segment] = await listSealedSegments(folder)
    expect(segment!.sizeBytes % 512).toBe(0)
    expect((await readFile(segment!.path)).subarray(-1024).every((byte) => byte === 0)).toBe(true)
  })

  it('cuts at the first member that is not whole', async () => {
    const path = await leaveOpenSegment(3)
    const { length } = await readFile(path)
    await truncate(path, length - 100)
    expect(await recover()).toMatchObject([{ instances: 2, outcome: 'sealed' }])
    expect(await sealedSeqs()).toEqual([1, 2])
    expect(await readdir(folder)).not.toContain('damaged')
  })

  it('removes a segment without a whole member', async () => {
    const path = await leaveOpenSegment(1)
    await overwrite(path, 0, Buffer.alloc(2048))
    expect(await recover()).toMatchObject([{ instances: 0, outcome: 'removed' }])
    expect(await readdir(join(folder, 'open'))).toEqual([])
    expect(await listSealedSegments(folder)).toEqual([])
  })

  it('keeps a copy when whole members stand behind a damaged one', async () => {
    const path = await leaveOpenSegment(3)
    await overwrite(path, 2048 + 1000, Buffer.from([1, 2, 3]))
    const before = await readFile(path)
    const [recovered] = await recover()
    expect(recovered).toMatchObject({ instances: 0, outcome: 'removed' })
    expect(before.equals(await readFile(recovered!.damagedCopy!))).toBe(true)
  })

  it('does nothing the second time', async () => {
    await leaveOpenSegment(2)
    await recover()
    expect(await recover()).toEqual([])
    expect(await sealedSeqs()).toEqual([1, 2])
  })
})

describe('journal folder', () => {
  it('has one writer, and an id that stays', async () => {
    const journal = await openJournal({ folder, journalId: 'j1', limits })
    await expect(openJournal({ folder, limits })).rejects.toMatchObject({ code: 'journal-locked', retryable: true })
    await expect(adoptJournal({ folder, into: 'j2' })).rejects.toMatchObject({ code: 'journal-locked' })
    await journal.close()
    await expect(openJournal({ folder, journalId: 'other', limits })).rejects.toMatchObject({
      code: 'journal-mismatch',
    })
    const again = await openJournal({ folder, limits })
    expect(again.id).toBe('j1')
    await again.close()
    expect(() => again.openLane({ entityCode: 'E', source: '' })).toThrow(
      expect.objectContaining({ code: 'journal-closed' }),
    )
  })

  it('is adopted when its owner is dead, drained by another, and given back', async () => {
    await leaveOpenSegment(2)
    const adopted = await adoptJournal({ folder, into: 'j2' })
    expect(adopted).toMatchObject({ journalId: 'j1', into: 'j2', recovered: [{ instances: 2, outcome: 'sealed' }] })
    expect(packKeyOf(adopted.journalId, adopted.sealed[0]!.segmentId)).toMatch(/^packs\/\d{4}\/\d\d\/\d\d\/j1\//)
    expect(await listAdoptedJournals(root, 'j2')).toEqual([{ journalId: 'j1', folder }])
    expect(await listAdoptedJournals(root, 'j3')).toEqual([])
    await removeSealedSegment(folder, adopted.sealed[0]!.segmentId)
    await removeSealedSegment(folder, adopted.sealed[0]!.segmentId)
    expect(await listSealedSegments(folder)).toEqual([])
    await recover()
    expect(await listAdoptedJournals(root, 'j2')).toEqual([])
  })

  it('adopts neither what is no journal, nor into itself', async () => {
    await expect(adoptJournal({ folder: root, into: 'j2' })).rejects.toMatchObject({ code: 'journal-mismatch' })
    await leaveOpenSegment(1)
    await expect(adoptJournal({ folder, into: 'j1' })).rejects.toMatchObject({ code: 'journal-mismatch' })
    expect(journalFolderOf(folder).openPath).toBe(join(folder, 'open'))
  })
})
