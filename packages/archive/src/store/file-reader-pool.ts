import { type FileHandle, open } from 'node:fs/promises'
import type { RangeReader } from '../segment/range-reader.ts'
import { readFully } from '../segment/range-reader.ts'

type PooledFile = { path: string; file: Promise<FileHandle>; users: number; usedAtMs: number; isStale: boolean }

const MAX_IDLE_FILES = 64
/** An object deleted or replaced by another process is seen at the latest after this. */
const MAX_IDLE_MS = 5000

/** Open files shared by the readers of one object, kept open for a moment after the last one closes. */
export class FileReaderPool {
  readonly #files = new Map<string, PooledFile>()
  #timer: NodeJS.Timeout | undefined

  async openReader(path: string): Promise<RangeReader> {
    const pooled = this.#acquire(path)
    try {
      const file = await pooled.file
      const { size } = await file.stat()
      return this.#createReader(pooled, file, size)
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
    await Promise.allSettled(idle.map(({ file }) => file))
  }

  #acquire(path: string): PooledFile {
    const known = this.#files.get(path)
    const pooled = known ?? { path, file: open(path, 'r'), users: 0, usedAtMs: 0, isStale: false }
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
      const isTooMany = index < idle.length - MAX_IDLE_FILES
      if (isTooMany || now - pooled.usedAtMs >= MAX_IDLE_MS) this.evict(pooled.path)
    })
    clearTimeout(this.#timer)
    if (idle.length === 0) return
    this.#timer = setTimeout(() => this.#closeIdle(), MAX_IDLE_MS)
    this.#timer.unref()
  }

  #createReader(pooled: PooledFile, file: FileHandle, sizeBytes: number): RangeReader {
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

function closeQuietly(pooled: PooledFile): void {
  pooled.file.then((file) => file.close()).catch(() => {}) // read only: nothing can be lost
}
