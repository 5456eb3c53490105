import { mkdir, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ArchiveError } from '../archive-error.ts'
import { isSegmentId } from '../pack-keys.ts'
import {
  absentIsUndefined,
  findSegmentFile,
  journalFolderOf,
  listSegmentIds,
  type SealedSegment,
  segmentFileName,
  syncFolder,
  writeDurably,
} from './journal-folder.ts'

/** Why and since when a segment is aside, in `aside/<segmentId>.json`. */
export interface AsideNote {
  /** The code of the error. */
  readonly reason: string
  /** RFC 3339. */
  readonly since: string
}

export type AsideSegment = SealedSegment & AsideNote

/**
 * Takes a segment that cannot be read out of the backlog, so that it is not tried for ever and does not count as backlog. It
 * keeps its bytes and its name. Safe to repeat after a crash at any point.
 */
export async function setSegmentAside(path: string, segmentId: string, note: AsideNote): Promise<void> {
  const { sealedPath, asidePath } = placesOf(path, segmentId)
  await mkdir(asidePath, { recursive: true, mode: 0o750 })
  await writeDurably(noteFile(asidePath, segmentId), `${JSON.stringify({ format: 1, ...note })}\n`)
  await move(segmentId, { from: sealedPath, to: asidePath })
}

/** What is aside, oldest first. */
export async function listSegmentsAside(path: string): Promise<AsideSegment[]> {
  const { asidePath } = journalFolderOf(path)
  const segments: AsideSegment[] = []
  for (const segmentId of await listSegmentIds(asidePath)) {
    const found = await findSegmentFile(asidePath, segmentId)
    if (found !== undefined) segments.push({ ...found, ...(await readNote(noteFile(asidePath, segmentId))) })
  }
  return segments
}

/** Puts a segment back into the backlog, whose archiver tries it again. False where it is not aside. */
export async function returnSegment(path: string, segmentId: string): Promise<boolean> {
  const { sealedPath, asidePath } = placesOf(path, segmentId)
  if ((await findSegmentFile(asidePath, segmentId)) === undefined) return false
  await move(segmentId, { from: asidePath, to: sealedPath })
  await unlink(noteFile(asidePath, segmentId)).catch(absentIsUndefined)
  return true
}

function placesOf(path: string, segmentId: string) {
  if (!isSegmentId(segmentId)) throw new ArchiveError('bad-name', { details: { segmentId } })
  return journalFolderOf(path)
}

async function move(segmentId: string, o: { from: string; to: string }): Promise<void> {
  const name = segmentFileName(segmentId)
  await rename(join(o.from, name), join(o.to, name)).catch(absentIsUndefined)
  await syncFolder(o.to)
  await syncFolder(o.from)
}

function noteFile(asidePath: string, segmentId: string): string {
  return join(asidePath, `${segmentId}.json`)
}

/** A note that is gone or torn keeps nobody from seeing the segment. */
async function readNote(file: string): Promise<AsideNote> {
  const text = await readFile(file, 'utf8').catch(absentIsUndefined)
  try {
    const { reason, since } = JSON.parse(text ?? '') as Partial<AsideNote>
    if (typeof reason === 'string' && typeof since === 'string') return { reason, since }
  } catch {
    // told as unknown below
  }
  return { reason: 'unknown', since: '' }
}
