import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ArchiveError } from '../archive-error.ts'
import { openFileReader, type RangeReader } from '../segment/range-reader.ts'
import { readMember, TRAILER_BYTES, verifyMember } from '../segment/read-segment.ts'
import { type JournalFolder, listSegmentIds, segmentFileName, syncFolder } from './journal-folder.ts'

export type RecoveredSegment = {
  segmentId: string
  instances: number
  /** Bytes after the last whole member that were cut off. */
  cutBytes: number
  outcome: 'sealed' | 'removed'
}

/**
 * Seals what a dead process left in `open/`: of each segment the members up to the first whose header, check or
 * SHA-256 does not match; a whole but unacknowledged instance is kept, an empty segment removed. Call under the lock.
 */
export async function recoverOpenSegments(folder: JournalFolder): Promise<RecoveredSegment[]> {
  const recovered: RecoveredSegment[] = []
  for (const segmentId of await listSegmentIds(folder.openPath)) {
    recovered.push(await recoverSegment(folder, segmentId))
  }
  if (recovered.length > 0) {
    await syncFolder(folder.sealedPath)
    await syncFolder(folder.openPath)
  }
  return recovered
}

/** How many members from the start of `reader` are whole and true to their digests, and where they end. */
export async function findWholeMembers(reader: RangeReader): Promise<{ instances: number; endBytes: number }> {
  let instances = 0
  let endBytes = 0
  for (;;) {
    const member = await readMember(reader, endBytes).catch(malformedIsUndefined)
    if (member === undefined || member === 'trailer') break
    if (!(await verifyMember(reader, member))) break
    instances++
    endBytes = member.endOffset
  }
  return { instances, endBytes }
}

async function recoverSegment(folder: JournalFolder, segmentId: string): Promise<RecoveredSegment> {
  const path = join(folder.openPath, segmentFileName(segmentId))
  const { instances, endBytes } = await scanFile(path)
  const { size } = await stat(path)
  const cutBytes = Math.max(0, size - endBytes)
  if (instances === 0) {
    await unlink(path)
    return { segmentId, instances, cutBytes, outcome: 'removed' }
  }
  const file = await open(path, 'r+')
  try {
    await endSegment(file, endBytes)
  } finally {
    await file.close()
  }
  await rename(path, join(folder.sealedPath, segmentFileName(segmentId)))
  return { segmentId, instances, cutBytes, outcome: 'sealed' }
}

/** Cuts at `endBytes`, so that what follows is zeros whatever was there, and syncs. */
async function endSegment(file: FileHandle, endBytes: number): Promise<void> {
  await file.truncate(endBytes)
  await file.truncate(endBytes + TRAILER_BYTES)
  await file.sync()
}

async function scanFile(path: string): Promise<{ instances: number; endBytes: number }> {
  const reader = await openFileReader(path)
  try {
    return await findWholeMembers(reader)
  } finally {
    await reader.close()
  }
}

function malformedIsUndefined(error: unknown): undefined {
  const isMalformed = error instanceof ArchiveError && error.code === 'malformed-segment'
  if (!isMalformed) throw error
}
