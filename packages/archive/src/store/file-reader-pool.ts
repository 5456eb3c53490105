import { type FileHandle, open, stat } from 'node:fs/promises'
import type { RangeReader } from '../segment/range-reader.ts'
import { readFully } from '../segment/range-reader.ts'

interface OpenFile {
  file: FileHandle
  inode: number
  sizeBytes: number
}
interface PooledFile {
  path: string
  opened: Promise<OpenFile>
  users: number
  usedAtMs: number
  isStale: boolean
}

const maxIdleFiles = 64
const maxIdleMs = 5000

/**
 * Open files shared by the readers of one object, kept open for a moment after the last one closes. The name is looked
 * up each time: what another process deleted is missing at once, and what it replaced is opened anew.
 */
export class FileReaderPool {
  readonly #files = new Map<string, PooledFile>()
  #timer: NodeJS.Timeout | undefined

  async openReader(path: string): Promise<RangeReader> {
    const known = this.#files.get(path)
    if (known !== undefined && !(await isStillNamed(known))) this.evict(path)
    const pooled = this.#acquire(path)
    try {
      return this.#createReader(pooled, await pooled.opened)
    } catch (error) {
      this.evict(path)
      this.#release(pooled)
      throw error
    }
  }

  /** Readers already open keep reading the file they opened. */
  evict(path: string): void {
    const pooled = this.#files.get(path)
    if (pooled === undefined) return
    this.#files.delete(path)
    pooled.isStale = true
    if (pooled.users === 0) closeQuietly(pooled)
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    const idle = [...this.#files.values()].filter(({ users }) => users === 0)
    for (const path of [...this.#files.keys()]) this.evict(path)
    await Promise.allSettled(idle.map(({ opened }) => opened))
  }

  #acquire(path: string): PooledFile {
    const known = this.#files.get(path)
    const pooled = known ?? { path, opened: openFile(path), users: 0, usedAtMs: 0, isStale: false }
    pooled.users++
    this.#files.set(path, pooled)
    return pooled
  }

  #release(pooled: PooledFile): void {
    pooled.users--
    pooled.usedAtMs = Date.now()
    if (pooled.users > 0) return
    if (pooled.isStale) {
      closeQuietly(pooled)
      return
    }
    // Last used last, so that the oldest idle file is the first found.
    this.#files.delete(pooled.path)
    this.#files.set(pooled.path, pooled)
    this.#closeIdle()
  }

  #closeIdle(): void {
    const idle = [...this.#files.values()].filter(({ users }) => users === 0)
    const now = Date.now()
    idle.forEach((pooled, index) => {
      const isTooMany = index < idle.length - maxIdleFiles
      if (isTooMany || now - pooled.usedAtMs >= maxIdleMs) this.evict(pooled.path)
    })
    clearTimeout(this.#timer)
    if (idle.length === 0) return
    this.#timer = setTimeout(() => this.#closeIdle(), maxIdleMs)
    this.#timer.unref()
  }

  #createReader(pooled: PooledFile, { file, sizeBytes }: OpenFile): RangeReader {
    let isOpen = true
    return {
      sizeBytes,
      read: (target, targetOffset, length, position) => readFully(file, target, { targetOffset, length, position }),
      close: async () => {
        if (isOpen) this.#release(pooled)
        isOpen = false
      },
    }
  }
}

async function openFile(path: string): Promise<OpenFile> {
  const file = await open(path, 'r')
  const { ino, size } = await file.stat()
  return { file, inode: ino, sizeBytes: size }
}

/** The inode of an open file is no other file's, so equal numbers mean the same file. */
async function isStillNamed(pooled: PooledFile): Promise<boolean> {
  try {
    const [{ ino, size }, { inode, sizeBytes }] = await Promise.all([stat(pooled.path), pooled.opened])
    return ino === inode && size === sizeBytes
  } catch {
    return false // opening it anew tells why
  }
}

function closeQuietly(pooled: PooledFile): void {
  pooled.opened.then(({ file }) => file.close()).catch(() => {}) // read only: nothing can be lost
}
