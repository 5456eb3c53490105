import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createExampleInstance } from '../example-instances.ts'
import { readSegment } from '../segment/read-segment.ts'
import type { FaultPoints } from './fault-points.ts'
import { type Journal, openJournal } from './journal.ts'
import { type JournalFileSystem, nodeJournalFileSystem } from './journal-file-system.ts'
import { listSealedSegments } from './journal-folder.ts'
import type { JournalLane } from './journal-lane.ts'
import type { JournalLimits } from './journal-limits.ts'

let folder: string
let journal: Journal | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faults-'))
})

afterEach(async () => {
  await journal?.close()
  await rm(folder, { recursive: true })
})

interface Faults {
  fileSystem?: Partial<JournalFileSystem>
  faults?: FaultPoints
  limits?: Partial<JournalLimits>
}

async function open(o: Faults = {}): Promise<{ journal: Journal; lane: JournalLane }> {
  journal = await openJournal({
    folder,
    limits: { hardFreeBytes: 0, probeIntervalMs: 5, ...o.limits },
    fileSystem: { ...nodeJournalFileSystem, ...o.fileSystem },
    ...(o.faults === undefined ? {} : { faults: o.faults }),
  })
  return { journal, lane: journal.openLane({ entityCode: 'E', source: 's' }) }
}

function store(lane: JournalLane, n: number, pixelBytes = 1000) {
  const { prefix, dataSet, ...uids } = createExampleInstance({ n, pixelBytes })
  const writer = lane.begin({ prefix, ...uids })
  writer.write([dataSet.subarray(0, 100), dataSet.subarray(100)])
  return writer.commit()
}

async function keptNames(): Promise<string[]> {
  const names: string[] = []
  for (const { path } of await listSealedSegments(folder)) {
    for await (const { name } of readSegment(path)) names.push(name)
  }
  return names.sort()
}

const nameOf = (n: number) => `1.2.826.0.1.${n}.dcm`
const systemError = (code: string) => Object.assign(new Error(code), { code })

describe('journal, when the disk fails', () => {
  it('writes on after a short count', async () => {
    const { lane } = await open({
      fileSystem: {
        write: (fd, buffers, position) => {
          const first = buffers.find(({ length }) => length > 0)!
          return nodeJournalFileSystem.write(fd, [first.subarray(0, Math.ceil(first.length / 3))], position)
        },
      },
    })
    await store(lane, 1)
    await store(lane, 2)
    await lane.close()
    expect(await keptNames()).toEqual([nameOf(1), nameOf(2)])
  })

  it('fails one instance when the disk is full, and stores the next', async () => {
    let isFull = false
    const { lane } = await open({
      fileSystem: {
        write: (fd, buffers, position) => {
          if (!isFull) return nodeJournalFileSystem.write(fd, buffers, position)
          nodeJournalFileSystem.write(fd, [buffers[0]!.subarray(0, 10)], position)
          throw systemError('ENOSPC')
        },
      },
    })
    await store(lane, 1)
    isFull = true
    expect(() => store(lane, 2)).toThrow(expect.objectContaining({ code: 'journal-full', retryable: true }))
    isFull = false
    await store(lane, 3)
    await lane.close()
    expect(await keptNames()).toEqual([nameOf(1), nameOf(3)])
    expect(await listSealedSegments(folder)).toHaveLength(1)
  })

  it('fails one instance when its header finds no room', async () => {
    let headersLeft = 1
    const { lane } = await open({
      fileSystem: {
        write: (fd, buffers, position) => {
          if (buffers[0]!.length === 2048 && headersLeft-- <= 0) throw systemError('EDQUOT')
          return nodeJournalFileSystem.write(fd, buffers, position)
        },
      },
    })
    await store(lane, 1)
    await expect(store(lane, 2)).rejects.toMatchObject({ code: 'journal-full' })
    headersLeft = 1
    await store(lane, 3)
    await lane.close()
    expect(await keptNames()).toEqual([nameOf(1), nameOf(3)])
  })

  it('seals what it has after a write error, and goes on in a fresh segment', async () => {
    let isBroken = false
    const { journal, lane } = await open({
      fileSystem: {
        write: (...args) => {
          if (isBroken) throw systemError('EIO')
          return nodeJournalFileSystem.write(...args)
        },
      },
    })
    await store(lane, 1)
    isBroken = true
    expect(() => store(lane, 2)).toThrow(expect.objectContaining({ code: 'journal-io' }))
    isBroken = false
    await store(lane, 3)
    await lane.close()
    expect(journal.ready()).toEqual({ ok: true })
    expect(await keptNames()).toEqual([nameOf(1), nameOf(3)])
    expect(await listSealedSegments(folder)).toHaveLength(2)
  })

  it('never acknowledges after a failed sync, and moves what was acknowledged before', async () => {
    let failures = 0
    const { journal, lane } = await open({
      fileSystem: {
        syncData: async (fd) => {
          if (failures === 0) return nodeJournalFileSystem.syncData(fd)
          failures--
          throw systemError('EIO')
        },
      },
    })
    const moves: { from: string; to: string }[] = []
    journal.onRescued((move) => moves.push(move))
    const first = await store(lane, 1)
    failures = 1
    const lost = [store(lane, 2), store(lane, 3)]
    for (const commit of lost) await expect(commit).rejects.toMatchObject({ code: 'journal-sync-failed' })
    expect(journal.ready()).toMatchObject({ ok: false })
    expect(() => store(lane, 4)).toThrow(expect.objectContaining({ code: 'journal-sync-failed' }))
    await vi.waitFor(() => expect(journal.ready()).toEqual({ ok: true }))
    await store(lane, 5)
    await lane.close()
    await vi.waitFor(() => expect(moves).toHaveLength(1))
    expect(moves[0]!.from).toBe(first.segmentId)
    expect(await keptNames()).toEqual([nameOf(1), nameOf(5)])
    expect(await readdir(join(folder, 'open'))).toEqual([])
  })

  it('rejects all commits that wait for the failing sync, and the writer in the middle', async () => {
    const gate = Promise.withResolvers<void>()
    const { lane } = await open({
      fileSystem: { syncData: () => gate.promise.then(() => Promise.reject(systemError('EIO'))) },
    })
    const commits = Promise.allSettled([store(lane, 1), store(lane, 2)])
    const { prefix, dataSet, ...uids } = createExampleInstance({ n: 3 })
    const writer = lane.begin({ prefix, ...uids })
    writer.write([dataSet.subarray(0, 50)])
    gate.resolve()
    const settled = await commits
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(() => writer.write([dataSet.subarray(50)])).toThrow(expect.objectContaining({ code: 'journal-sync-failed' }))
    writer.abort()
    await expect(writer.commit()).rejects.toMatchObject({ code: 'instance-aborted' })
  })

  it('stays unready while no fresh segment syncs, and leaves the poisoned one to the next start', async () => {
    let isBroken = false
    const { journal, lane } = await open({
      fileSystem: {
        syncData: (fd) => (isBroken ? Promise.reject(systemError('EIO')) : nodeJournalFileSystem.syncData(fd)),
      },
    })
    await store(lane, 1)
    isBroken = true
    await expect(store(lane, 2)).rejects.toMatchObject({ code: 'journal-sync-failed' })
    await lane.close()
    expect(journal.ready()).toEqual({ ok: false, reason: 'sync failed (EIO)' })
    await journal.close()
    expect(await keptNames()).toEqual([])
    const again = await open()
    expect(again.journal.recovered).toHaveLength(1)
    expect(await keptNames()).toContain(nameOf(1))
  })

  it('is poisoned by a folder that does not sync', async () => {
    let isBroken = true
    const { journal, lane } = await open({
      fileSystem: {
        syncFolder: (path) => (isBroken ? Promise.reject(systemError('EIO')) : nodeJournalFileSystem.syncFolder(path)),
      },
    })
    await expect(store(lane, 1)).rejects.toMatchObject({ code: 'journal-sync-failed' })
    isBroken = false
    await vi.waitFor(() => expect(journal.ready()).toEqual({ ok: true }))
    await store(lane, 2)
    await lane.close()
    expect(await keptNames()).toEqual([nameOf(2)])
  })

  it('does not lose members when sealing fails at any of its steps', async () => {
    for (const point of ['before-seal', 'after-trailer', 'after-rename']) {
      let isArmed = true
      const faults: FaultPoints = {
        reach: (reached) => {
          if (reached !== point || !isArmed) return
          isArmed = false
          throw systemError('EIO')
        },
      }
      const { journal, lane } = await open({ faults })
      const seals: string[] = []
      journal.onSealed((segmentId) => seals.push(segmentId))
      await store(lane, 1)
      await lane.close()
      await vi.waitFor(() => expect(seals).toHaveLength(1))
      expect(await keptNames()).toEqual([nameOf(1)])
      expect(await journal.sealed()).toEqual(seals)
      await journal.close()
      await rm(join(folder, 'sealed'), { recursive: true })
    }
  })

  it('refuses instances at the hard mark, counting what is in flight', async () => {
    let freeBytes = 1_000_000
    const { journal, lane } = await open({
      limits: { hardFreeBytes: 900_000, softJournalBytes: 30_000, watchIntervalMs: 10_000 },
      fileSystem: { diskSpace: async () => ({ freeBytes, totalBytes: 1e9 }) },
    })
    expect(journal.pressure()).toMatchObject({ level: 'ok', journalBytes: 0, freeBytes })
    await store(lane, 1, 40_000)
    expect(journal.pressure().level).toBe('soft')
    await store(lane, 2, 70_000)
    expect(journal.pressure().level).toBe('hard')
    expect(() => store(lane, 3)).toThrow(expect.objectContaining({ code: 'journal-full' }))
    await lane.close()
    freeBytes = 0
    expect(await keptNames()).toEqual([nameOf(1), nameOf(2)])
  })

  it('refuses an instance that is too large, and keeps its place for the next', async () => {
    const { lane } = await open({ limits: { maxInstanceBytes: 5000 } })
    expect(() => store(lane, 1, 6000)).toThrow(expect.objectContaining({ code: 'instance-too-large' }))
    expect(await store(lane, 2, 1000)).toMatchObject({ seq: 1, offset: 2048 })
  })

  it('refuses names that could leave the pack, and entity codes it would have to shorten', async () => {
    const { journal, lane } = await open()
    for (const sopInstanceUid of ['', '../x', 'a/b', '1.2\n', '1'.repeat(65)]) {
      expect(() => lane.begin({ prefix: new Uint8Array(), sopInstanceUid })).toThrow(
        expect.objectContaining({ code: 'bad-name' }),
      )
    }
    expect(() => journal.openLane({ entityCode: 'E'.repeat(65), source: '' })).toThrow()
    const odd = journal.openLane({ entityCode: 'È', source: `a\n\u0000${'ü'.repeat(300)}` })
    await store(odd, 1)
    await odd.close()
    const [segment] = await listSealedSegments(folder)
    for await (const member of readSegment(segment!.path)) {
      expect(member).toMatchObject({ entityCode: 'È', source: expect.stringMatching(/^a\?\?ü+$/) })
    }
  })
})
