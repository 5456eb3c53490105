import { join } from 'node:path'
import { ArchiveError, errorCodeOf } from '../archive-error.ts'
import { trailerBytes } from '../segment/read-segment.ts'
import { alignToBlock } from '../segment/ustar.ts'
import type { FaultPoint, FaultPoints } from './fault-points.ts'
import type { JournalFileSystem } from './journal-file-system.ts'
import { type JournalFolder, segmentFileName } from './journal-folder.ts'

export interface SegmentHost {
  folder: JournalFolder
  fileSystem: JournalFileSystem
  faults?: FaultPoints
  /** Told once, as soon as a sync of the segment failed. */
  onPoisoned(segment: SegmentFile, cause: unknown): void
}

export type SegmentState = 'open' | 'sealing' | 'sealed' | 'removed' | 'poisoned'

/**
 * One segment being written. `open` → `sealing` → `sealed`, or `removed` when nothing was kept; and from `open` or
 * `sealing` → `poisoned` for good. One writer at a time appends (`reserve` … `commitMember` or `cutBack`), while
 * earlier members may still wait for their sync.
 *
 * Measured and rejected: pre-zeroed or recycled files (about +25 % instances/s, -15 % CPU with the hash). A segment becomes
 * the pack by link(2), so there is nothing to recycle; zeroing beforehand writes every byte twice; and old headers in a
 * recycled file could pass for members at recovery.
 *
 * Invariants: bytes before `committedBytes` are whole members whose sync succeeded. After a failed sync nothing of this
 * file is acknowledged any more: the kernel reports a write-back error once and then calls the pages clean, so a second
 * sync that succeeds proves nothing.
 */
export class SegmentFile {
  readonly segmentId: string
  readonly path: string
  readonly sealedPath: string
  readonly #host: SegmentHost
  readonly #fd: number
  #state: SegmentState = 'open'
  #endBytes = 0
  #committedBytes = 0
  #members = 0
  #isReserved = false
  #isRenamed = false
  /** The folder entry of this file, synced once, while the first instance arrives. */
  #created: Promise<void> | undefined
  #isSyncing = false
  #awaitingSync: { resolve(): void; reject(error: unknown): void }[] = []
  #pendingCommits = 0
  #onDrained: (() => void)[] = []
  #sealed: Promise<SegmentState> | undefined

  constructor(host: SegmentHost, segmentId: string) {
    this.#host = host
    this.segmentId = segmentId
    this.path = join(host.folder.openPath, segmentFileName(segmentId))
    this.sealedPath = join(host.folder.sealedPath, segmentFileName(segmentId))
    this.#fd = translateWrite(() => host.fileSystem.createFile(this.path))
    this.#created = this.#syncCreation()
    this.#created.catch(() => {}) // looked at by the first sync; a segment without one does not need it
  }

  get state(): SegmentState {
    return this.#state
  }

  /** Where the next member would start. */
  get endBytes(): number {
    return this.#endBytes
  }

  /** Committed, or waiting for their sync. */
  get instances(): number {
    return this.#members
  }

  get committedBytes(): number {
    return this.#committedBytes
  }

  /** The file already stands in `sealed/`, although a later step may have failed. */
  get isRenamed(): boolean {
    return this.#isRenamed
  }

  /** Starts a member: its header goes to `headerOffset`, a hole until it is committed. */
  reserve(): { headerOffset: number; seq: number } {
    this.requireOpen()
    if (this.#isReserved) throw new ArchiveError('writer-misuse', { message: 'one instance at a time' })
    this.#isReserved = true
    return { headerOffset: this.#endBytes, seq: this.#members + 1 }
  }

  /** Writes all of `buffers` at `position`; throws `journal-full` or `journal-io`. */
  write(buffers: readonly Uint8Array[], lengthBytes: number, position: number): void {
    // The descriptor is closed once the segment left these states, and its number may be another file's by now.
    if (this.#state !== 'open' && this.#state !== 'sealing') this.requireOpen()
    const { fileSystem } = this.#host
    let rest = buffers
    for (let done = 0; done < lengthBytes; ) {
      const count = translateWrite(() => fileSystem.write(this.#fd, rest, position + done))
      done += count
      if (done < lengthBytes) rest = withoutFirst(rest, count)
    }
  }

  /** Forgets the member that began at `headerOffset`, so that the next one finds zeros there. */
  cutBack(headerOffset: number): void {
    this.#isReserved = false
    if (this.#state === 'poisoned') return
    try {
      this.#host.fileSystem.truncate(this.#fd, headerOffset)
    } catch (cause) {
      this.#poison(cause)
    }
  }

  /**
   * Writes the member's header and resolves when member and header are on disk. The next member may be reserved as soon
   * as this returns. Rejects with `journal-full` or `journal-io` (this member is gone, the segment goes on), or with
   * `journal-sync-failed` (poisoned).
   */
  async commitMember(header: Buffer, headerOffset: number, memberEnd: number): Promise<void> {
    this.requireOpen()
    const endBytes = alignToBlock(memberEnd)
    this.#endBytes = endBytes
    this.#members++
    this.#isReserved = false
    this.#pendingCommits++
    try {
      await this.#writeHeader(header, headerOffset, endBytes)
      await this.#syncMembers()
      this.#committedBytes = endBytes
      if (this.#host.faults) await this.#reach('after-sync')
    } finally {
      this.#pendingCommits--
      if (this.#pendingCommits === 0) for (const wake of this.#onDrained.splice(0)) wake()
    }
  }

  /** Ends the tar, syncs it and moves it to `sealed/`. Waits for pending commits; the caller has closed its writer. */
  seal(): Promise<SegmentState> {
    this.#sealed ??= this.#seal()
    return this.#sealed
  }

  /** Resolves when no commit is pending. */
  drained(): Promise<void> {
    if (this.#pendingCommits === 0) return Promise.resolve()
    return new Promise((resolve) => this.#onDrained.push(resolve))
  }

  requireOpen(): void {
    if (this.#state === 'open') return
    throw new ArchiveError(this.#state === 'poisoned' ? 'journal-sync-failed' : 'writer-misuse', {
      details: { segmentId: this.segmentId, state: this.#state },
    })
  }

  async #writeHeader(header: Buffer, headerOffset: number, endBytes: number): Promise<void> {
    try {
      if (this.#host.faults) await this.#reach('after-data')
      this.write([header], header.length, headerOffset)
      if (this.#host.faults) await this.#reach('after-header')
    } catch (error) {
      if (this.#endBytes === endBytes && !this.#isReserved) {
        this.#endBytes = headerOffset
        this.#members--
        this.cutBack(headerOffset)
      } else {
        // A later instance already stands behind this one: its place cannot be given back.
        this.#poison(error)
      }
      throw error
    }
  }

  /**
   * One sync at a time, and those who come meanwhile share the next one. Two at once on one descriptor would be wrong:
   * the kernel hands a write-back error to whichever asks first, so the one whose data was lost might see success.
   */
  #syncMembers(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#awaitingSync.push({ resolve, reject })
      if (!this.#isSyncing) void this.#runSyncs()
    })
  }

  async #runSyncs(): Promise<void> {
    this.#isSyncing = true
    while (this.#awaitingSync.length > 0) {
      const batch = this.#awaitingSync.splice(0)
      try {
        await this.#syncNow()
        for (const waiting of batch) waiting.resolve()
      } catch (error) {
        for (const waiting of batch) waiting.reject(error)
      }
    }
    this.#isSyncing = false
  }

  async #syncNow(): Promise<void> {
    if (this.#state === 'poisoned') throw this.#syncFailure(undefined)
    const { fileSystem } = this.#host
    try {
      if (this.#created === undefined) {
        await fileSystem.syncData(this.#fd)
      } else {
        // Both are awaited, also when one fails: the descriptor is closed only when nothing uses it.
        const steps = await Promise.allSettled([fileSystem.syncData(this.#fd), this.#created])
        for (const step of steps) if (step.status === 'rejected') throw step.reason
        this.#created = undefined
      }
    } catch (cause) {
      this.#poison(cause)
      throw this.#syncFailure(cause)
    }
  }

  async #seal(): Promise<SegmentState> {
    const { fileSystem, folder } = this.#host
    if (this.#isReserved && this.#state !== 'poisoned')
      throw new ArchiveError('writer-misuse', { message: 'still writing' })
    if (this.#state === 'open') this.#state = 'sealing'
    await this.drained()
    try {
      if (this.#stateNow() === 'sealing' && this.#members === 0) {
        await fileSystem.unlink(this.path)
        this.#state = 'removed'
      } else if (this.#stateNow() === 'sealing') {
        await this.#reach('before-seal')
        fileSystem.truncate(this.#fd, this.#endBytes + trailerBytes)
        await this.#reach('after-trailer')
        await fileSystem.syncData(this.#fd)
        await fileSystem.rename(this.path, this.sealedPath)
        this.#isRenamed = true
        await this.#reach('after-rename')
        await Promise.all([fileSystem.syncFolder(folder.sealedPath), fileSystem.syncFolder(folder.openPath)])
        this.#state = 'sealed'
      }
    } catch (cause) {
      this.#poison(cause)
    }
    fileSystem.close(this.#fd)
    return this.#state
  }

  async #syncCreation(): Promise<void> {
    await this.#reach('after-create')
    await this.#host.fileSystem.syncFolder(this.#host.folder.openPath)
  }

  #poison(cause: unknown): void {
    if (this.#state === 'poisoned') return
    this.#state = 'poisoned'
    this.#host.onPoisoned(this, cause)
  }

  #syncFailure(cause: unknown): ArchiveError {
    return new ArchiveError('journal-sync-failed', { cause, details: { segmentId: this.segmentId } })
  }

  #stateNow(): SegmentState {
    return this.#state
  }

  async #reach(point: FaultPoint): Promise<void> {
    try {
      await this.#host.faults?.reach(point)
    } catch (cause) {
      throw new ArchiveError('journal-io', { cause })
    }
  }
}

const noSpaceCodes: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT'])

function translateWrite<T>(write: () => T): T {
  try {
    return write()
  } catch (cause) {
    throw new ArchiveError(noSpaceCodes.has(errorCodeOf(cause)) ? 'journal-full' : 'journal-io', { cause })
  }
}

function withoutFirst(buffers: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = []
  let skip = count
  for (const buffer of buffers) {
    if (skip < buffer.length) rest.push(skip === 0 ? buffer : buffer.subarray(skip))
    skip = Math.max(0, skip - buffer.length)
  }
  return rest
}
