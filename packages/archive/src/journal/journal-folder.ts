import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ArchiveError, errorCodeOf } from '../archive-error.ts'
import { isJournalId, isSegmentId } from '../pack-keys.ts'
import { openFileReader } from '../segment/range-reader.ts'
import { readMember } from '../segment/read-segment.ts'

/** `<folder>/{journal.json, lock, open/<segmentId>.tar, sealed/<segmentId>.tar, aside/<segmentId>.{tar,json}}` */
export interface JournalFolder {
  path: string
  openPath: string
  sealedPath: string
  /** Made when it is needed. */
  asidePath: string
}

export interface SealedSegment {
  segmentId: string
  path: string
  sizeBytes: number
}

export function journalFolderOf(path: string): JournalFolder {
  return { path, openPath: join(path, 'open'), sealedPath: join(path, 'sealed'), asidePath: join(path, 'aside') }
}

export function segmentFileName(segmentId: string): string {
  return `${segmentId}.tar`
}

function createJournalId(): string {
  return `j${randomBytes(5).toString('hex')}`
}

/** Ids of one process never repeat; the random part keeps those of two processes apart. */
export function createSegmentId(nowMs: number, counter: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:.Z]/g, '')
  return `${stamp}-${counter.toString(36)}-${randomBytes(4).toString('hex')}`
}

/** When the segment was opened, read from its id. */
export function openedAtMs(segmentId: string): number {
  const [, y, mo, d, h, mi, s, ms] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})/.exec(segmentId) ?? []
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}.${ms}Z`)
}

/** Makes the folders where missing, durable up to an existing parent. */
export async function createJournalFolder(path: string): Promise<JournalFolder> {
  const folder = journalFolderOf(path)
  const firstCreated = await mkdir(path, { recursive: true, mode: 0o750 })
  await mkdir(folder.openPath, { recursive: true, mode: 0o750 })
  await mkdir(folder.sealedPath, { recursive: true, mode: 0o750 })
  for (let at = path; firstCreated !== undefined; at = dirname(at)) {
    await syncFolder(dirname(at))
    if (at === firstCreated || dirname(at) === at) break
  }
  await syncFolder(path)
  return folder
}

/** Reads the journal's id, or keeps `wanted` (or a new one) when there is none yet. Call under the lock. */
export async function keepJournalId(path: string, wanted?: string): Promise<string> {
  const found = await findJournalId(path)
  if (found !== undefined) {
    if (wanted !== undefined && wanted !== found) {
      throw new ArchiveError('journal-mismatch', { details: { found, wanted } })
    }
    return found
  }
  const journalId = wanted ?? createJournalId()
  if (!isJournalId(journalId)) throw new ArchiveError('journal-mismatch', { message: 'not a journal id' })
  await writeDurably(join(path, 'journal.json'), `${JSON.stringify({ format: 1, journalId })}\n`)
  return journalId
}

export async function findJournalId(path: string): Promise<string | undefined> {
  const text = await readFile(join(path, 'journal.json'), 'utf8').catch(absentIsUndefined)
  if (text === undefined) return undefined
  const journalId = parseJournalId(text)
  if (journalId === undefined) throw new ArchiveError('journal-mismatch', { message: 'journal.json is not ours' })
  return journalId
}

/** What waits for the archiver, oldest first. Needs no lock: sealed segments never change, they only go. */
export async function listSealedSegments(path: string): Promise<SealedSegment[]> {
  const { sealedPath } = journalFolderOf(path)
  const segments: SealedSegment[] = []
  for (const segmentId of await listSegmentIds(sealedPath)) {
    const found = await findSegmentFile(sealedPath, segmentId)
    if (found !== undefined) segments.push(found)
  }
  return segments
}

export async function findSealedSegment(path: string, segmentId: string): Promise<SealedSegment | undefined> {
  if (!isSegmentId(segmentId)) throw new ArchiveError('bad-name', { details: { segmentId } })
  return findSegmentFile(journalFolderOf(path).sealedPath, segmentId)
}

export async function findSegmentFile(folder: string, segmentId: string): Promise<SealedSegment | undefined> {
  const path = join(folder, segmentFileName(segmentId))
  const found = await stat(path).catch(absentIsUndefined)
  return found === undefined ? undefined : { segmentId, path, sizeBytes: found.size }
}

/** Whose instances a sealed segment holds: a lane is of one entity. Undefined where it is gone or cannot be read. */
export async function findSegmentEntity(path: string, segmentId: string): Promise<string | undefined> {
  const segment = await findSealedSegment(path, segmentId)
  if (segment === undefined) return undefined
  try {
    const reader = await openFileReader(segment.path)
    try {
      const member = await readMember(reader, 0)
      return member === 'trailer' ? undefined : member.entityCode
    } finally {
      await reader.close()
    }
  } catch {
    return undefined
  }
}

/** Ids of the segments that wait for the archiver, oldest first: without a look at each file. */
export function listSealedSegmentIds(path: string): Promise<string[]> {
  return listSegmentIds(journalFolderOf(path).sealedPath)
}

/**
 * Unlinks a segment whose pack, sidecar and rows are durable. Repeating it is harmless, and so is a crash that brings the
 * name back: the segment is archived again, to the same keys and rows. Hence no sync of the folder.
 */
export async function removeSealedSegment(path: string, segmentId: string): Promise<void> {
  if (!isSegmentId(segmentId)) throw new ArchiveError('bad-name', { details: { segmentId } })
  await unlink(join(journalFolderOf(path).sealedPath, segmentFileName(segmentId))).catch(absentIsUndefined)
}

export async function listSegmentIds(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(absentIsUndefined)) ?? []
  return names
    .filter((name) => name.endsWith('.tar'))
    .map((name) => name.slice(0, -'.tar'.length))
    .filter(isSegmentId)
    .sort()
}

export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', 0o640)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  await syncFolder(dirname(path))
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export function absentIsUndefined(error: unknown): undefined {
  if (errorCodeOf(error) === 'ENOENT') return undefined
  throw error
}

function parseJournalId(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || !('journalId' in parsed)) return undefined
    return typeof parsed.journalId === 'string' && isJournalId(parsed.journalId) ? parsed.journalId : undefined
  } catch {
    return undefined
  }
}
