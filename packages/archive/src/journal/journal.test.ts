import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSegment } from '../segment/read-segment.ts'
import { type Journal, openJournal } from './journal.ts'
import { listSealedSegments } from './journal-folder.ts'

const prefix = Buffer.alloc(340, 7)
let folder: string
let journal: Journal

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'))
  journal = await openJournal({ folder, journalId: 'test-journal', limits: { hardFreeBytes: 0, sealBytes: 10_000 } })
})

afterEach(async () => {
  await journal.close()
  await rm(folder, { recursive: true })
})

async function membersOf(path: string): Promise<string[]> {
  const names: string[] = []
  for await (const member of readSegment(path)) names.push(`${member.seq} ${member.name} ${member.lengthBytes}`)
  return names
}

describe('journal', () => {
  it('keeps what it acknowledged, in a segment that any tar opens', async () => {
    const lane = journal.openLane({ entityCode: 'ASST-1', source: 'CT1 DIMSE', campaign: 'c1' })
    const data = [Buffer.alloc(1000, 1), Buffer.alloc(77, 2)]
    const writer = lane.begin({ prefix, studyInstanceUid: '1.2', sopInstanceUid: '1.2.3' })
    writer.write(data.slice(0, 1))
    writer.write(data.slice(1))
    const kept = await writer.commit()
    expect(kept).toMatchObject({ seq: 1, offset: 2048, lengthBytes: 340 + 1077, dataSetOffset: 340 })
    expect(Buffer.from(kept.sha256)).toEqual(createHash('sha256').update(Buffer.concat(data)).digest())
    await lane.close()
    const [segment] = await listSealedSegments(folder)
    const members = []
    for await (const member of readSegment(segment!.path)) members.push(member)
    expect(members).toMatchObject([
      { name: '1.2.3.dcm', entityCode: 'ASST-1', source: 'CT1 DIMSE', campaign: 'c1', seq: 1, offset: 2048 },
    ])
    expect(segment!.sizeBytes % 512).toBe(0)
  })

  it('puts interleaved studies in a segment each, and starts a new one at the seal size', async () => {
    const lane = journal.openLane({ entityCode: 'E', source: 's' })
    for (let i = 0; i < 6; i++) {
      const writer = lane.begin({ prefix, studyInstanceUid: `1.${i % 2}`, sopInstanceUid: `1.2.${i}` })
      writer.write([Buffer.alloc(3000, i)])
      await writer.commit()
    }
    await lane.close()
    const segments = await listSealedSegments(folder)
    const members = await Promise.all(segments.map(({ path }) => membersOf(path)))
    expect(members.map((names) => names.length).sort()).toEqual([1, 1, 2, 2])
  })

  it('forgets aborted instances, and removes a segment that kept none', async () => {
    const lane = journal.openLane({ entityCode: 'E', source: 's' })
    const aborted = lane.begin({ prefix, studyInstanceUid: '1', sopInstanceUid: '1.1' })
    aborted.write([Buffer.alloc(5000, 9)])
    aborted.abort()
    const kept = lane.begin({ prefix, studyInstanceUid: '1', sopInstanceUid: '1.2' })
    kept.write([Buffer.alloc(10, 9)])
    await kept.commit()
    const alone = lane.begin({ prefix, sopInstanceUid: '1.3' })
    alone.write([Buffer.alloc(10, 9)])
    alone.abort()
    await lane.close()
    const segments = await listSealedSegments(folder)
    expect(await Promise.all(segments.map(({ path }) => membersOf(path)))).toEqual([['1 1.2.dcm 350']])
    expect(await readdir(join(folder, 'open'))).toEqual([])
  })

  it('takes the next instance while the last one is being synced', async () => {
    const lane = journal.openLane({ entityCode: 'E', source: 's' })
    const commits = Array.from({ length: 20 }, (_, i) => {
      const writer = lane.begin({ prefix, studyInstanceUid: '1', sopInstanceUid: `1.${i}` })
      writer.write([Buffer.alloc(100 + i, i)])
      return writer.commit()
    })
    const kept = await Promise.all(commits)
    // Per segment, in the order they were begun, each behind the one before.
    for (const { segmentId } of kept) {
      const inSegment = kept.filter((other) => other.segmentId === segmentId)
      expect(inSegment.map(({ seq }) => seq)).toEqual(inSegment.map((_, index) => index + 1))
      expect(inSegment.map(({ offset }) => offset)).toEqual(
        inSegment.map(({ offset }) => offset).toSorted((a, b) => a - b),
      )
    }
    await lane.close()
    let count = 0
    for (const { path } of await listSealedSegments(folder)) count += (await membersOf(path)).length
    expect(count).toBe(20)
  })
})
