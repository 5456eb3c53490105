import { resolve } from 'node:path'
import { ArchiveError } from '../archive-error.ts'
import { clearAdoption } from './adopt-journal.ts'
import type { FaultPoints } from './fault-points.ts'
import { type JournalFileSystem, nodeJournalFileSystem } from './journal-file-system.ts'
import {
  createJournalFolder,
  createSegmentId,
  type JournalFolder,
  keepJournalId,
  listSegmentIds,
} from './journal-folder.ts'
import { JournalHealth } from './journal-health.ts'
import { type JournalLane, type LaneHost, type LaneOptions, SegmentLane } from './journal-lane.ts'
import { defaultJournalLimits, type JournalLimits } from './journal-limits.ts'
import { acquireJournalLock, type JournalLock } from './journal-lock.ts'
import { type JournalPressure, JournalPressureGauge } from './journal-pressure.ts'
import { type RecoveredSegment, recoverOpenSegments } from './recovery.ts'
import { SegmentFile, type SegmentHost } from './segment-file.ts'

/** Times that a look at the folder and the disk took, before the next one. */
const pausePerRefresh = 20

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

export interface OpenJournalOptions {
  folder: string
  /** Kept in `journal.json` at the first opening; made up when not given. */
  journalId?: string
  limits?: Partial<JournalLimits>
  fileSystem?: JournalFileSystem
  faults?: FaultPoints
  clock?: Clock
}

export interface Journal {
  readonly id: string
  readonly folder: string
  /** What recovery did when the journal was opened. */
  readonly recovered: readonly RecoveredSegment[]
  openLane(o: LaneOptions): JournalLane
  pressure(): JournalPressure
  /** False from a failed sync until a fresh segment syncs, and once closed. */
  ready(): { ok: true } | { ok: false; reason: string }
  /** Ids of segments that wait for the archiver, oldest first. */
  sealed(): Promise<string[]>
  /** Called for each segment sealed from now on. */
  onSealed(listener: (segmentId: string) => void): void
  /** Called when the committed members of a segment were moved to another, after a failed sync. */
  onRescued(listener: (moved: { from: string; to: string }) => void): void
  /** Seals all open segments now, those being written as soon as their instance ends (storage commitment). */
  sealOpen(): void
  /** Closes all lanes, seals everything, gives the lock back. */
  close(): Promise<void>
}

/**
 * Opens the journal of a folder for writing, the only writer there is: recovers what a dead process left, then serves.
 * Throws `journal-locked` while another process has it.
 */
export async function openJournal(o: OpenJournalOptions): Promise<Journal> {
  const folder = await createJournalFolder(resolve(o.folder))
  const lock = await acquireJournalLock(folder.path)
  try {
    const id = await keepJournalId(folder.path, o.journalId)
    const recovered = await recoverOpenSegments(folder)
    await clearAdoption(folder.path)
    const journal = new SegmentJournal({ id, folder, lock, recovered }, o)
    await journal.start()
    return journal
  } catch (error) {
    await lock.release()
    throw error
  }
}

interface OpenedFolder {
  id: string
  folder: JournalFolder
  lock: JournalLock
  recovered: readonly RecoveredSegment[]
}

class SegmentJournal implements Journal {
  readonly id: string
  readonly folder: string
  readonly recovered: readonly RecoveredSegment[]
  readonly #opened: OpenedFolder
  readonly #limits: JournalLimits
  readonly #segmentHost: SegmentHost
  readonly #laneHost: LaneHost
  readonly #pressure: JournalPressureGauge
  readonly #health: JournalHealth
  readonly #clock: Clock
  readonly #lanes = new Set<SegmentLane>()
  readonly #openSegments = new Set<SegmentFile>()
  readonly #sealing = new Set<Promise<void>>()
  readonly #sealedListeners: ((segmentId: string) => void)[] = []
  readonly #rescuedListeners: ((moved: { from: string; to: string }) => void)[] = []
  #segmentCounter = 0
  #watch: NodeJS.Timeout | undefined
  #refreshing: Promise<void> | undefined
  #refreshedAtMs = 0
  #refreshEveryMs: number
  #isClosed = false

  constructor(opened: OpenedFolder, o: OpenJournalOptions) {
    this.#opened = opened
    this.id = opened.id
    this.folder = opened.folder.path
    this.recovered = opened.recovered
    this.#clock = o.clock ?? Date
    this.#limits = { ...defaultJournalLimits, ...o.limits }
    this.#refreshEveryMs = this.#limits.pressureIntervalMs
    const fileSystem = o.fileSystem ?? nodeJournalFileSystem
    this.#pressure = new JournalPressureGauge(opened.folder, fileSystem, this.#limits)
    this.#health = new JournalHealth({
      folder: opened.folder,
      fileSystem,
      probeIntervalMs: this.#limits.probeIntervalMs,
      nextSegmentId: () => this.#nextSegmentId(),
      onRescued: (from, to) => this.#announceRescued(from, to),
    })
    this.#segmentHost = {
      folder: opened.folder,
      fileSystem,
      ...(o.faults === undefined ? {} : { faults: o.faults }),
      onPoisoned: (segment, cause) => {
        this.#health.addPoisoned(segment, cause)
        void this.#sealSegment(segment) // closes it, also when its lane never comes back to it
      },
    }
    this.#laneHost = {
      limits: this.#limits,
      now: () => this.#clock.now(),
      requireWritable: () => this.#requireWritable(),
      openSegment: () => this.#openSegment(),
      sealSegment: (segment) => this.#sealSegment(segment),
      onWritten: (lengthBytes) => this.#pressure.addWritten(lengthBytes),
      onLaneClosed: (lane) => this.#lanes.delete(lane),
    }
  }

  async start(): Promise<void> {
    await this.#pressure.refresh()
    this.#watch = setInterval(() => this.#sealIdleAndRefresh(), this.#limits.watchIntervalMs)
    this.#watch.unref()
  }

  openLane(o: LaneOptions): JournalLane {
    if (this.#isClosed) throw new ArchiveError('journal-closed')
    const lane = new SegmentLane(this.#laneHost, o)
    this.#lanes.add(lane)
    return lane
  }

  pressure(): JournalPressure {
    let openBytes = 0
    for (const segment of this.#openSegments) openBytes += segment.endBytes
    const oldestOpenId = this.#openSegments.values().next().value?.segmentId
    return this.#pressure.read({ openBytes, oldestOpenId, nowMs: this.#clock.now() })
  }

  ready(): { ok: true } | { ok: false; reason: string } {
    if (this.#isClosed) return { ok: false, reason: 'closed' }
    const { reason } = this.#health
    return reason === undefined ? { ok: true } : { ok: false, reason }
  }

  sealed(): Promise<string[]> {
    return listSegmentIds(this.#opened.folder.sealedPath)
  }

  onSealed(listener: (segmentId: string) => void): void {
    this.#sealedListeners.push(listener)
  }

  onRescued(listener: (moved: { from: string; to: string }) => void): void {
    this.#rescuedListeners.push(listener)
  }

  sealOpen(): void {
    for (const lane of this.#lanes) lane.sealAll()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#watch)
    await Promise.all([...this.#lanes].map((lane) => lane.close()))
    await Promise.all(this.#sealing)
    await this.#health.close()
    await this.#refreshing
    await this.#opened.lock.release()
  }

  #requireWritable(): void {
    if (this.#isClosed) throw new ArchiveError('journal-closed')
    if (this.#health.reason !== undefined) throw new ArchiveError('journal-sync-failed')
    if (this.#pressure.isHard) throw new ArchiveError('journal-full', { message: 'hard mark' })
  }

  #openSegment(): SegmentFile {
    const segment = new SegmentFile(this.#segmentHost, this.#nextSegmentId())
    this.#openSegments.add(segment)
    return segment
  }

  /** Never rejects: a segment that cannot be sealed is poisoned, which `JournalHealth` deals with. */
  #sealSegment(segment: SegmentFile): Promise<void> {
    const sealing = segment.seal().then((state) => {
      this.#openSegments.delete(segment)
      this.#sealing.delete(sealing)
      if (state !== 'sealed') return
      this.#pressure.addSealed(segment.segmentId, segment.endBytes)
      this.#announceSealed(segment.segmentId)
    })
    this.#sealing.add(sealing)
    return sealing
  }

  #announceSealed(segmentId: string): void {
    for (const listener of this.#sealedListeners) listener(segmentId)
  }

  #announceRescued(from: string, to: string): void {
    for (const listener of this.#rescuedListeners) listener({ from, to })
    this.#announceSealed(to)
  }

  #nextSegmentId(): string {
    this.#segmentCounter++
    return createSegmentId(this.#clock.now(), this.#segmentCounter)
  }

  #sealIdleAndRefresh(): void {
    const nowMs = this.#clock.now()
    for (const lane of this.#lanes) lane.sealIdle(nowMs)
    if (nowMs - this.#refreshedAtMs < this.#refreshEveryMs) return
    this.#refreshedAtMs = nowMs
    // A disk that cannot be asked keeps its last answer, corrected by what was written since.
    this.#refreshing ??= this.#pressure
      .refresh()
      .catch(() => {})
      .finally(() => {
        this.#refreshing = undefined
        // Listing a backlog of many thousand segments takes a while: receiving must not pay for it all the time.
        const tookMs = this.#clock.now() - nowMs
        this.#refreshEveryMs = Math.max(this.#limits.pressureIntervalMs, tookMs * pausePerRefresh)
      })
  }
}
