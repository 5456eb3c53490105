import { errorCodeOf } from '../archive-error.ts'
import type { JournalFileSystem } from './journal-file-system.ts'
import type { JournalFolder } from './journal-folder.ts'
import { probeSync, rescueSegment } from './rescue.ts'
import type { SegmentFile } from './segment-file.ts'

export interface JournalHealthHost {
  folder: JournalFolder
  fileSystem: JournalFileSystem
  probeIntervalMs: number
  nextSegmentId(): string
  /** A sealed segment with the members of `poisonedId` exists. */
  onRescued(poisonedId: string, segmentId: string): void
}

/** A poisoned segment that cannot be rescued so often waits for the recovery of the next start. */
const maxRescueAttempts = 3

/**
 * Whether the journal may acknowledge. `ready` → (a sync fails) → `unready` → (a fresh segment syncs) → `ready`.
 * While unready it keeps trying a fresh segment; once one syncs, the poisoned segments are copied.
 */
export class JournalHealth {
  readonly #host: JournalHealthHost
  #reason: string | undefined
  #poisoned: { segment: SegmentFile; attempts: number }[] = []
  #healing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(host: JournalHealthHost) {
    this.#host = host
  }

  get reason(): string | undefined {
    return this.#reason
  }

  addPoisoned(segment: SegmentFile, cause: unknown): void {
    this.#reason = `sync failed (${errorCodeOf(cause) ?? 'unknown'})`
    this.#poisoned.push({ segment, attempts: 0 })
    this.#heal()
  }

  /** Waits for what is under way; segments not rescued by then stay for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#healing
  }

  #heal(): void {
    if (this.#healing !== undefined || this.#isClosed) return
    clearTimeout(this.#timer)
    this.#healing = this.#healOnce().finally(() => {
      this.#healing = undefined
      if (this.#isClosed || (this.#reason === undefined && this.#poisoned.length === 0)) return
      this.#timer = setTimeout(() => this.#heal(), this.#host.probeIntervalMs)
      this.#timer.unref()
    })
  }

  async #healOnce(): Promise<void> {
    const found = this.#poisoned.length
    // Their commits are rejected and their descriptors closed before anything else is tried.
    await Promise.all(this.#poisoned.map(({ segment }) => segment.seal()))
    try {
      await probeSync(this.#host, this.#host.nextSegmentId())
    } catch {
      return
    }
    if (found === this.#poisoned.length) this.#reason = undefined
    for (const entry of this.#poisoned.slice(0, found)) await this.#rescue(entry)
  }

  async #rescue(entry: { segment: SegmentFile; attempts: number }): Promise<void> {
    const { segment } = entry
    entry.attempts++
    try {
      if (segment.isRenamed) {
        // Whole and in place: only the folders were in doubt.
        await this.#host.fileSystem.syncFolder(this.#host.folder.sealedPath)
        await this.#host.fileSystem.syncFolder(this.#host.folder.openPath)
        this.#host.onRescued(segment.segmentId, segment.segmentId)
      } else if (segment.committedBytes > 0) {
        const segmentId = this.#host.nextSegmentId()
        await rescueSegment(this.#host, segment, segmentId)
        this.#host.onRescued(segment.segmentId, segmentId)
      } else {
        await this.#host.fileSystem.unlink(segment.path)
      }
    } catch {
      if (entry.attempts < maxRescueAttempts) return
    }
    this.#poisoned = this.#poisoned.filter((other) => other !== entry)
  }
}
