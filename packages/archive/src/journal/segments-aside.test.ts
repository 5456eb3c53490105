import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createJournalFolder, listSealedSegmentIds } from './journal-folder.ts'
import { listSegmentsAside, returnSegment, setSegmentAside } from './segments-aside.ts'

const segmentId = '20261130T101010123-1-abcd'
const other = '20261130T101010124-2-abcd'
const note = { reason: 'malformed-segment', since: '2026-11-30T10:10:11.000Z' }
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aside-'))
  await createJournalFolder(folder)
  for (const id of [segmentId, other]) await writeFile(join(folder, 'sealed', `${id}.tar`), 'not a tar')
})
afterEach(() => rm(folder, { recursive: true }))

describe('a segment that is set aside', () => {
  it('leaves the backlog with its bytes and the reason, and comes back when asked', async () => {
    expect(await listSegmentsAside(folder)).toEqual([])
    await setSegmentAside(folder, segmentId, note)
    expect(await listSealedSegmentIds(folder)).toEqual([other])
    const path = join(folder, 'aside', `${segmentId}.tar`)
    expect(await listSegmentsAside(folder)).toEqual([{ segmentId, path, sizeBytes: 9, ...note }])
    expect(await returnSegment(folder, segmentId)).toBe(true)
    expect(await listSealedSegmentIds(folder)).toEqual([segmentId, other])
    expect(await readdir(join(folder, 'aside'))).toEqual([])
    expect(await returnSegment(folder, segmentId)).toBe(false)
  })

  it('is set aside once however often it is tried, also after a crash between its two steps', async () => {
    await setSegmentAside(folder, segmentId, note)
    await setSegmentAside(folder, segmentId, { ...note, reason: 'later' })
    expect(await listSegmentsAside(folder)).toMatchObject([{ segmentId, reason: 'later' }])
    await rm(join(folder, 'aside', `${segmentId}.json`))
    expect(await listSegmentsAside(folder)).toMatchObject([{ segmentId, reason: 'unknown' }])
  })

  it('is named by nothing but a segment id', async () => {
    await expect(setSegmentAside(folder, '../x', note)).rejects.toMatchObject({ code: 'bad-name' })
    await expect(returnSegment(folder, '../x')).rejects.toMatchObject({ code: 'bad-name' })
  })
})
