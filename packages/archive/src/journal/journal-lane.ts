import { ArchiveError } from '../archive-error.ts'
import { maxPrefixBytes, memberTextLimits } from '../segment/member-header.ts'
import { type InstanceWriter, SegmentInstanceWriter } from './instance-writer.ts'
import type { JournalLimits } from './journal-limits.ts'
import type { SegmentFile } from './segment-file.ts'

export interface LaneOptions {
  entityCode: string
  /** AE title or client, and protocol. */
  source: string
  campaign?: string
}

export interface BeginOptions {
  /** Part 10 preamble and meta group, written before the data set and not part of its digest. */
  prefix: Uint8Array
  /** Undefined when it could not be learnt in time: the instance gets a segment of its own. */
  studyInstanceUid?: string
  sopInstanceUid: string
}

/** One association or request. Its instances come one after the other, each begun when the last was committed or aborted. */
export interface JournalLane {
  begin(o: BeginOptions): InstanceWriter
  /** Aborts what is being written and seals the lane's segments; resolves when they are sealed. */
  close(): Promise<void>
}

/** What a lane asks of its journal. */
export interface LaneHost {
  limits: JournalLimits
  now(): number
  /** Throws when no instance may be begun at all. */
  requireWritable(): void
  openSegment(): SegmentFile
  sealSegment(segment: SegmentFile): Promise<void>
  onWritten(lengthBytes: number): void
  onLaneClosed(lane: SegmentLane): void
}

interface LaneSegment {
  segment: SegmentFile
  usedAtMs: number
  sealWhenFree: boolean
}

export class SegmentLane implements JournalLane {
  readonly #host: LaneHost
  readonly #facts: LaneOptions
  /** By study, least recently used first. */
  readonly #segments = new Map<string, LaneSegment>()
  readonly #sealing = new Set<Promise<void>>()
  #writer: InstanceWriter | undefined
  #writing: LaneSegment | undefined
  #isClosed = false

  constructor(host: LaneHost, o: LaneOptions) {
    this.#host = host
    this.#facts = checkedFacts(o)
  }

  begin(o: BeginOptions): InstanceWriter {
    if (this.#isClosed) throw new ArchiveError('journal-closed')
    if (this.#writing !== undefined) throw new ArchiveError('writer-misuse', { message: 'one instance at a time' })
    if (o.prefix.length > maxPrefixBytes) throw new ArchiveError('instance-too-large', { message: 'Part 10 prefix' })
    this.#host.requireWritable()
    const name = memberNameOf(o.sopInstanceUid)
    const used = this.#segmentFor(o.studyInstanceUid)
    const writer = new SegmentInstanceWriter({
      segment: used.segment,
      prefix: o.prefix,
      name,
      lane: this.#facts,
      maxInstanceBytes: this.#host.limits.maxInstanceBytes,
      now: this.#host.now,
      onWritten: this.#host.onWritten,
      onEnded: (failure) => this.#release(used, failure),
    })
    this.#writer = writer
    this.#writing = used
    return writer
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#writer?.abort()
    this.sealAll()
    await Promise.all(this.#sealing)
    this.#host.onLaneClosed(this)
  }

  /** Seals what has been idle for long enough. */
  sealIdle(nowMs: number): void {
    const { idleSealMs } = this.#host.limits
    for (const used of [...this.#segments.values()]) {
      if (used !== this.#writing && nowMs - used.usedAtMs >= idleSealMs) this.#seal(used)
    }
  }

  /** Seals every segment now; the one being written as soon as its instance ends. */
  sealAll(): void {
    for (const used of [...this.#segments.values()]) {
      if (used === this.#writing) used.sealWhenFree = true
      else this.#seal(used)
    }
  }

  #segmentFor(studyInstanceUid: string | undefined): LaneSegment {
    if (studyInstanceUid === undefined) return this.#open({ sealWhenFree: true })
    const known = this.#segments.get(studyInstanceUid)
    this.#segments.delete(studyInstanceUid)
    if (known?.segment.state === 'open') {
      this.#segments.set(studyInstanceUid, known) // now the most recently used
      return known
    }
    for (const oldest of this.#segments.values()) {
      if (this.#segments.size < this.#host.limits.maxOpenSegmentsPerLane) break
      this.#seal(oldest)
    }
    const opened = this.#open({ sealWhenFree: false })
    this.#segments.set(studyInstanceUid, opened)
    return opened
  }

  #open(o: { sealWhenFree: boolean }): LaneSegment {
    return { segment: this.#host.openSegment(), usedAtMs: this.#host.now(), ...o }
  }

  #release(used: LaneSegment, failure: ArchiveError | undefined): void {
    this.#writer = undefined
    this.#writing = undefined
    used.usedAtMs = this.#host.now()
    const { sealBytes, sealInstances } = this.#host.limits
    const isFull = used.segment.endBytes >= sealBytes || used.segment.instances >= sealInstances
    // A disk that just answered EIO may still take the trailer; more instances would only be put at risk.
    if (used.sealWhenFree || isFull || failure?.code === 'journal-io') this.#seal(used)
  }

  #seal(used: LaneSegment): void {
    for (const [studyInstanceUid, other] of this.#segments) {
      if (other === used) this.#segments.delete(studyInstanceUid)
    }
    const sealing = this.#host.sealSegment(used.segment).finally(() => this.#sealing.delete(sealing))
    this.#sealing.add(sealing)
  }
}

/** A name that is safe in a tar, on disk and in a log, whatever the sender wrote. */
function memberNameOf(sopInstanceUid: string): string {
  if (!/^[0-9A-Za-z.-]{1,64}$/.test(sopInstanceUid)) throw new ArchiveError('bad-name')
  return `${sopInstanceUid}.dcm`
}

function checkedFacts(o: LaneOptions): LaneOptions {
  const entityCode = plainText(o.entityCode, memberTextLimits.entityCodeBytes)
  // A shortened code would be another entity's.
  if (entityCode !== o.entityCode || entityCode === '') throw new ArchiveError('bad-name', { message: 'entity code' })
  return {
    entityCode,
    source: plainText(o.source, memberTextLimits.sourceBytes),
    ...(o.campaign === undefined ? {} : { campaign: plainText(o.campaign, memberTextLimits.campaignBytes) }),
  }
}

/** Control characters become '?', and the text ends at the limit between two characters: odd AE titles never refuse an image. */
function plainText(text: string, maxBytes: number): string {
  let kept = ''
  let bytes = 0
  for (const character of text.toWellFormed()) {
    const printable = /\p{Cc}/u.test(character) ? '?' : character
    bytes += Buffer.byteLength(printable)
    if (bytes > maxBytes) break
    kept += printable
  }
  return kept
}
