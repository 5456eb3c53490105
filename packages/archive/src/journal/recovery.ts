import { copyFile, type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ArchiveError } from '../archive-error.ts'
import { memberHeaderBytes } from '../segment/member-header.ts'
import { openFileReader, type RangeReader } from '../segment/range-reader.ts'
import { readMember, type SegmentMember, trailerBytes, verifyMember } from '../segment/read-segment.ts'
import { tarBlockBytes } from '../segment/ustar.ts'
import { type JournalFolder, listSegmentIds, segmentFileName, syncFolder } from './journal-folder.ts'

export interface RecoveredSegment {
  segmentId: string
  instances: number
  /** Bytes after the last whole member that were cut off. */
  cutBytes: number
  outcome: 'sealed' | 'removed'
  /**
   * A copy of the file as it was found, for an operator: whole members stand behind the cut, which no crash explains.
   * They are not taken over: what follows a damaged header may be the inside of an instance, made to look like one.
   */
  damagedCopy?: string
}

const scanChunkBytes = 1024 * 1024

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
    const member = await findWholeMember(reader, endBytes)
    if (member === undefined) break
    instances++
    endBytes = member.endOffset
  }
  return { instances, endBytes }
}

async function recoverSegment(folder: JournalFolder, segmentId: string): Promise<RecoveredSegment> {
  const path = join(folder.openPath, segmentFileName(segmentId))
  const { instances, endBytes, sizeBytes, isDamaged } = await scanFile(path)
  const damagedCopy = isDamaged ? await keepCopy(folder, segmentId, path) : undefined
  const outcome = instances === 0 ? 'removed' : 'sealed'
  if (outcome === 'removed') {
    await unlink(path)
  } else {
    await endSegment(path, endBytes)
    await rename(path, join(folder.sealedPath, segmentFileName(segmentId)))
  }
  const cutBytes = Math.max(0, sizeBytes - endBytes)
  return { segmentId, instances, cutBytes, outcome, ...(damagedCopy === undefined ? {} : { damagedCopy }) }
}

/** Cuts at `endBytes`, so that what follows is zeros whatever was there, and syncs. */
async function endSegment(path: string, endBytes: number): Promise<void> {
  await withFile(path, async (file) => {
    await file.truncate(endBytes)
    await file.truncate(endBytes + trailerBytes)
    await file.sync()
  })
}

async function keepCopy(folder: JournalFolder, segmentId: string, path: string): Promise<string> {
  const damagedPath = join(folder.path, 'damaged')
  await mkdir(damagedPath, { recursive: true, mode: 0o750 })
  const copy = join(damagedPath, segmentFileName(segmentId))
  await copyFile(path, copy)
  await withFile(copy, (file) => file.sync())
  await syncFolder(damagedPath)
  await syncFolder(folder.path)
  return copy
}

async function scanFile(
  path: string,
): Promise<{ instances: number; endBytes: number; sizeBytes: number; isDamaged: boolean }> {
  const reader = await openFileReader(path)
  try {
    const found = await findWholeMembers(reader)
    const isDamaged = await hasWholeMemberAfter(reader, found.endBytes)
    return { ...found, sizeBytes: reader.sizeBytes, isDamaged }
  } finally {
    await reader.close()
  }
}

/** Looks at every block behind the cut for a header whose member is whole. */
async function hasWholeMemberAfter(reader: RangeReader, endBytes: number): Promise<boolean> {
  const chunk = Buffer.allocUnsafe(scanChunkBytes)
  for (let position = endBytes + tarBlockBytes; position < reader.sizeBytes; position += scanChunkBytes) {
    const count = await reader.read(chunk, 0, chunk.length, position)
    for (let at = 0; at + tarBlockBytes <= count; at += tarBlockBytes) {
      const isCandidate = chunk[at + 156] === 0x78 && chunk.toString('latin1', at + 257, at + 262) === 'ustar'
      if (isCandidate && (await findWholeMember(reader, position + at)) !== undefined) return true
    }
  }
  return false
}

async function findWholeMember(reader: RangeReader, headerOffset: number): Promise<SegmentMember | undefined> {
  if (headerOffset + memberHeaderBytes > reader.sizeBytes) return undefined
  const member = await readMember(reader, headerOffset).catch(malformedIsUndefined)
  if (member === undefined || member === 'trailer') return undefined
  return (await verifyMember(reader, member)) ? member : undefined
}

async function withFile(path: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await use(file)
  } finally {
    await file.close()
  }
}

function malformedIsUndefined(error: unknown): undefined {
  const isMalformed = error instanceof ArchiveError && error.code === 'malformed-segment'
  if (!isMalformed) throw error
}
