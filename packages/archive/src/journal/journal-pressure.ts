import type { JournalFileSystem } from './journal-file-system.ts'
import { type JournalFolder, listSealedSegments, openedAtMs } from './journal-folder.ts'
import { type JournalLimits, softJournalBytesOf } from './journal-limits.ts'

export type JournalPressure = {
  /** `soft`: refuse new associations and requests. `hard`: refuse instances. */
  level: 'ok' | 'soft' | 'hard'
  journalBytes: number
  /** Age of the oldest segment, open or sealed. */
  oldestSeconds: number
  freeBytes: number
}

export type PressureInputs = { openBytes: number; oldestOpenId: string | undefined; nowMs: number }

/**
 * How full the journal and its disk are. Looked up every `watchIntervalMs` (another process drains the folder), and
 * between two looks corrected by what was written since.
 */
export class JournalPressureGauge {
  readonly #folder: JournalFolder
  readonly #fileSystem: JournalFileSystem
  readonly #limits: JournalLimits
  #sealed: ReadonlyMap<string, number> = new Map()
  #freeBytes = Number.POSITIVE_INFINITY
  #softJournalBytes = Number.POSITIVE_INFINITY
  #writtenBytes = 0

  constructor(folder: JournalFolder, fileSystem: JournalFileSystem, limits: JournalLimits) {
    this.#folder = folder
    this.#fileSystem = fileSystem
    this.#limits = limits
  }

  async refresh(): Promise<void> {
    const writtenBefore = this.#writtenBytes
    const [space, segments] = await Promise.all([
      this.#fileSystem.diskSpace(this.#folder.path),
      listSealedSegments(this.#folder.path),
    ])
    this.#sealed = new Map(segments.map(({ segmentId, sizeBytes }) => [segmentId, sizeBytes]))
    this.#freeBytes = space.freeBytes
    this.#softJournalBytes = softJournalBytesOf(this.#limits, space.totalBytes)
    // Bytes written while the disk was asked may or may not be counted in its answer: counted twice is the safe side.
    this.#writtenBytes -= writtenBefore
  }

  addWritten(lengthBytes: number): void {
    this.#writtenBytes += lengthBytes
  }

  get isHard(): boolean {
    return this.#freeBytes - this.#writtenBytes < this.#limits.hardFreeBytes
  }

  sealedIds(): string[] {
    return [...this.#sealed.keys()]
  }

  read(o: PressureInputs): JournalPressure {
    let journalBytes = o.openBytes
    for (const sizeBytes of this.#sealed.values()) journalBytes += sizeBytes
    const oldestSealedId = this.#sealed.keys().next().value // listed in order of their ids, hence of time
    const ids = [oldestSealedId, o.oldestOpenId].filter((id) => id !== undefined)
    const oldestMs = Math.min(o.nowMs, ...ids.map(openedAtMs))
    return {
      level: this.isHard ? 'hard' : journalBytes >= this.#softJournalBytes ? 'soft' : 'ok',
      journalBytes,
      oldestSeconds: (o.nowMs - oldestMs) / 1000,
      freeBytes: Math.max(0, this.#freeBytes - this.#writtenBytes),
    }
  }
}
