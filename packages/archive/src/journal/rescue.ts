import { join } from 'node:path'
import { ArchiveError } from '../archive-error.ts'
import { openFileReader, type RangeReader } from '../segment/range-reader.ts'
import { readMember, trailerBytes, verifyMember } from '../segment/read-segment.ts'
import type { JournalFileSystem } from './journal-file-system.ts'
import { type JournalFolder, segmentFileName } from './journal-folder.ts'

interface RescueTools {
  folder: JournalFolder
  fileSystem: JournalFileSystem
}

const copyChunkBytes = 1024 * 1024
const probeBytes = 4096

/** Proves that the disk can create and sync a file again; throws what the disk says otherwise. */
export async function probeSync(tools: RescueTools, segmentId: string): Promise<void> {
  const { folder, fileSystem } = tools
  const path = join(folder.openPath, segmentFileName(segmentId))
  await withNewFile(tools, path, async (fd) => {
    fileSystem.write(fd, [Buffer.alloc(probeBytes)], 0)
    await fileSystem.syncData(fd)
    await fileSystem.syncFolder(folder.openPath)
  })
  await fileSystem.unlink(path)
}

/**
 * Copies the committed members of a poisoned segment into a fresh one, proves each by its digest, syncs, seals it, and
 * removes the poisoned file. The new segment has the same bytes, so members keep their place.
 */
export async function rescueSegment(
  tools: RescueTools,
  poisoned: { path: string; committedBytes: number },
  segmentId: string,
): Promise<void> {
  const { folder, fileSystem } = tools
  const path = join(folder.openPath, segmentFileName(segmentId))
  await withNewFile(tools, path, async (fd) => {
    await copyBytes(tools, poisoned, fd)
    await verifyCopy(path, poisoned.committedBytes)
    fileSystem.truncate(fd, poisoned.committedBytes + trailerBytes)
    await fileSystem.syncData(fd)
    await fileSystem.rename(path, join(folder.sealedPath, segmentFileName(segmentId)))
  })
  await fileSystem.syncFolder(folder.sealedPath)
  await fileSystem.unlink(poisoned.path)
  await fileSystem.syncFolder(folder.openPath)
}

async function withNewFile(tools: RescueTools, path: string, use: (fd: number) => Promise<void>): Promise<void> {
  const fd = tools.fileSystem.createFile(path)
  try {
    await use(fd)
  } catch (error) {
    // Were it to stay, the next start would recover its members beside those of the poisoned segment.
    await tools.fileSystem.unlink(path).catch(() => {})
    throw error
  } finally {
    tools.fileSystem.close(fd)
  }
}

async function copyBytes(
  tools: RescueTools,
  poisoned: { path: string; committedBytes: number },
  fd: number,
): Promise<void> {
  const chunk = Buffer.allocUnsafe(copyChunkBytes)
  await withReader(poisoned.path, async (reader) => {
    for (let position = 0; position < poisoned.committedBytes; ) {
      const count = await reader.read(chunk, 0, Math.min(chunk.length, poisoned.committedBytes - position), position)
      if (count === 0) break // the last member's padding may never have been written
      let written = 0
      while (written < count) {
        written += tools.fileSystem.write(fd, [chunk.subarray(written, count)], position + written)
      }
      position += count
    }
  })
}

async function verifyCopy(path: string, committedBytes: number): Promise<void> {
  await withReader(path, async (reader) => {
    for (let offset = 0; offset < committedBytes; ) {
      const member = await readMember(reader, offset)
      if (member === 'trailer' || !(await verifyMember(reader, member))) {
        throw new ArchiveError('digest-mismatch', { details: { headerOffset: offset } })
      }
      offset = member.endOffset
    }
  })
}

async function withReader(path: string, use: (reader: RangeReader) => Promise<void>): Promise<void> {
  const reader = await openFileReader(path)
  try {
    await use(reader)
  } finally {
    await reader.close()
  }
}
