import { createHash, type Hash } from 'node:crypto'
import { ArchiveError } from '../archive-error.ts'
import { encodeMemberHeader, memberHeaderBytes } from '../segment/member-header.ts'
import type { SegmentFile } from './segment-file.ts'

export interface CommittedInstance {
  segmentId: string
  /** Place in the segment, from 1. */
  seq: number
  /** Of the data set as received. */
  sha256: Uint8Array
  /** Of the Part 10 file in the segment. */
  offset: number
  /** Of the Part 10 file. */
  lengthBytes: number
  dataSetOffset: number
  /** RFC 3339 with milliseconds. */
  receivedAt: string
}

/** One instance on its way into a segment: `write` any number of times, then `commit` or `abort`. */
export interface InstanceWriter {
  /**
   * Appends data-set bytes before it returns, and keeps no reference to them. Throws `journal-full`, `journal-io`,
   * `journal-sync-failed` or `instance-too-large`, after which the instance is gone and its place free.
   */
  write(fragments: readonly Uint8Array[]): void
  /** Resolves when the instance and its header are on disk: only then may success be answered. */
  commit(): Promise<CommittedInstance>
  /** Forgets the instance. Harmless after `commit`, after a failed `write`, and when repeated. */
  abort(): void
}

export interface InstanceWriterOptions {
  segment: SegmentFile
  prefix: Uint8Array
  /** Member name. */
  name: string
  lane: { entityCode: string; source: string; campaign?: string }
  maxInstanceBytes: number
  now(): number
  /** Told once, when the segment is free for the next instance; `failure` when this one could not be written. */
  onEnded(failure?: ArchiveError): void
  onWritten(lengthBytes: number): void
}

/**
 * The write path, per socket read: one writev(2) at an explicit position, and SHA-256 inline. Measured and rejected:
 * asynchronous batches (+15 to +35 % CPU), hashing in a worker, in `subtle.digest` or in another process (slower), a
 * copy into an aligned buffer first.
 */
export class SegmentInstanceWriter implements InstanceWriter {
  readonly #o: InstanceWriterOptions
  readonly #headerOffset: number
  readonly #seq: number
  readonly #hash: Hash = createHash('sha256')
  #position: number
  /** Goes out with the first bytes of the data set. */
  #unwrittenPrefix: Uint8Array | undefined
  #isWriting = true

  constructor(o: InstanceWriterOptions) {
    this.#o = o
    const { headerOffset, seq } = o.segment.reserve()
    this.#headerOffset = headerOffset
    this.#seq = seq
    this.#position = headerOffset + memberHeaderBytes
    this.#unwrittenPrefix = o.prefix
  }

  write(fragments: readonly Uint8Array[]): void {
    this.#requireWriting()
    for (const fragment of fragments) this.#hash.update(fragment)
    this.#append(fragments)
  }

  commit(): Promise<CommittedInstance> {
    try {
      this.#requireWriting()
      if (this.#unwrittenPrefix !== undefined) this.#append([])
    } catch (error) {
      return Promise.reject(error)
    }
    const { segment, lane, prefix, name, now } = this.#o
    const facts = {
      name,
      lengthBytes: this.#lengthBytes,
      dataSetOffset: prefix.length,
      sha256: this.#hash.digest(),
      receivedAt: new Date(now()).toISOString(),
      seq: this.#seq,
    }
    const header = encodeMemberHeader({ ...facts, ...lane }, prefix)
    const committed = segment.commitMember(header, this.#headerOffset, this.#position)
    this.#end()
    const { sha256, seq, lengthBytes, dataSetOffset, receivedAt } = facts
    const offset = this.#headerOffset + memberHeaderBytes
    return committed.then(() => ({
      segmentId: segment.segmentId,
      seq,
      sha256,
      offset,
      lengthBytes,
      dataSetOffset,
      receivedAt,
    }))
  }

  abort(): void {
    if (!this.#isWriting) return
    this.#o.segment.cutBack(this.#headerOffset)
    this.#end()
  }

  get #lengthBytes(): number {
    return this.#position - this.#headerOffset - memberHeaderBytes
  }

  #append(fragments: readonly Uint8Array[]): void {
    const prefix = this.#unwrittenPrefix
    const buffers = prefix === undefined ? fragments : [prefix, ...fragments]
    let lengthBytes = 0
    for (const buffer of buffers) lengthBytes += buffer.length
    try {
      if (this.#lengthBytes + lengthBytes > this.#o.maxInstanceBytes) {
        throw new ArchiveError('instance-too-large', { details: { maxInstanceBytes: this.#o.maxInstanceBytes } })
      }
      this.#o.segment.write(buffers, lengthBytes, this.#position)
    } catch (error) {
      this.#o.segment.cutBack(this.#headerOffset)
      this.#end(error instanceof ArchiveError ? error : new ArchiveError('journal-io', { cause: error }))
      throw error
    }
    this.#unwrittenPrefix = undefined
    this.#position += lengthBytes
    this.#o.onWritten(lengthBytes)
  }

  #requireWriting(): void {
    if (!this.#isWriting) throw new ArchiveError('instance-aborted')
  }

  #end(failure?: ArchiveError): void {
    this.#isWriting = false
    this.#o.onEnded(failure)
  }
}
