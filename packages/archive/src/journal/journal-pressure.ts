import type { JournalFileSystem } from './journal-file-system.ts'
import { findSealedSegment, type JournalFolder, listSegmentIds, openedAtMs } from './journal-folder.ts'
import { type JournalLimits, softJournalBytesOf } from './journal-limits.ts'

export interface JournalPressure {
  /** `soft`: refuse new associations and requests. `hard`: refuse instances. */
  level: 'ok' | 'soft' | 'hard'
  journalBytes: number
  /** Age of the oldest segment, open or sealed. */
  oldestSeconds: number
  freeBytes: number
}

export interface PressureInputs {
  openBytes: number
  oldestOpenId: string | undefined
  nowMs: number
}

/**
 * How full the journal and its disk are. Looked up every `pressureIntervalMs` (another process drains the folder), and
 * between two looks corrected by what was written and sealed since. Reading it is cheap: it is asked for every instance.
 */
export class JournalPressureGauge {
  readonly #folder: JournalFolder
  readonly #fileSystem: JournalFileSystem
  readonly #limits: JournalLimits
  /** Size by id, oldest first. */
  #sealed = new Map<string, number>()
  #sealedBytes = 0
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
    const [space, ids] = await Promise.all([
      this.#fileSystem.diskSpace(this.#folder.path),
      listSegmentIds(this.#folder.sealedPath),
    ])
    const known = this.#sealed
    this.#sealed = new Map()
    this.#sealedBytes = 0
    for (const id of ids) {
      const sizeBytes = known.get(id) ?? (await findSealedSegment(this.#folder.path, id))?.sizeBytes
      if (sizeBytes !== undefined) this.addSealed(id, sizeBytes)
    }
    this.#freeBytes = space.freeBytes
    this.#softJournalBytes = softJournalBytesOf(this.#limits, space.totalBytes)
    // Bytes written while the disk was asked may or may not be counted in its answer: counted twice is the safe side.
    this.#writtenBytes -= writtenBefore
  }

  addSealed(segmentId: string, sizeBytes: number): void {
    if (this.#sealed.has(segmentId)) return
    this.#sealed.set(segmentId, sizeBytes)
    this.#sealedBytes += sizeBytes
  }

  addWritten(lengthBytes: number): void {
    this.#writtenBytes += lengthBytes
  }

  get isHard(): boolean {
    return this.#freeBytes - this.#writtenBytes < this.#limits.hardFreeBytes
  }

  read(o: PressureInputs): JournalPressure {
    const journalBytes = o.openBytes + this.#sealedBytes
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
