import type { InstanceWriter, JournalLane } from '@vna/archive'
import { ArchiveError } from '@vna/archive'
import { GrowingBuffer } from '@vna/bytes'
import { DataSetScanner, DicomError, type InstanceIdentity, isStorableUid, type ScanLimits } from '@vna/dicom'
import { type Refusal, type RefusalCode, refusal } from './refusal.ts'

export interface IntakeLimits {
  /** Bytes of a data set held in memory while its Study Instance UID is not known yet (DESIGN: 1 MiB). */
  readonly maxHeldBytes: number
  readonly maxInstanceBytes: number
  readonly scan?: Partial<ScanLimits>
}

export const intakeLimits: IntakeLimits = { maxHeldBytes: 1024 * 1024, maxInstanceBytes: 64 * 1024 ** 3 }

export interface IntakeSource {
  readonly lane: JournalLane
  readonly transferSyntaxUid: string
  /** Part 10 preamble and File Meta Information, written in front of the data set. Asked for once. */
  prefixOf(identity: InstanceIdentity): Uint8Array
  /** STOW-RS to `/studies/{uid}`: every instance must belong to it. */
  readonly requiredStudyInstanceUid?: string | undefined
  readonly limits: IntakeLimits
}

/** Acknowledgement of an instance that is durable in the journal. */
export interface Stored {
  readonly kind: 'stored'
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly studyInstanceUid: string | undefined
  readonly seriesInstanceUid: string | undefined
  readonly lengthBytes: number
}

export type IntakeOutcome = Stored | Refusal

const mediaStorageDirectory = '1.2.840.10008.1.3.10'

/**
 * One arriving instance on its way into the journal.
 *
 * States: open → (refused | writing) → finished. `write` may be called until `finish` or `abort`; a refusal found in the
 * middle lets the rest of the data set pass unread, so that the sender gets its answer and goes on with the next
 * instance. Memory: at most `maxHeldBytes`, whatever the size of the instance.
 */
export class InstanceIntake {
  readonly #source: IntakeSource
  readonly #scanner: DataSetScanner
  #writer: InstanceWriter | undefined
  readonly #held: GrowingBuffer
  #lengthBytes = 0
  #refusal: Refusal | undefined

  constructor(source: IntakeSource) {
    this.#source = source
    this.#held = new GrowingBuffer(source.limits.maxHeldBytes)
    this.#scanner = new DataSetScanner({
      transferSyntaxUid: source.transferSyntaxUid,
      capture: 'identity',
      ...(source.limits.scan && { limits: source.limits.scan }),
    })
    // It becomes a key of the catalog and a header of multipart answers.
    if (!isStorableUid(source.transferSyntaxUid)) this.#refusal = refusal('invalid-transfer-syntax-uid')
  }

  get lengthBytes(): number {
    return this.#lengthBytes
  }

  /** Takes the next bytes of the data set; they are not referenced after it returns. Never throws for what a peer sent. */
  write(fragments: readonly Uint8Array[]): void {
    for (const fragment of fragments) this.#lengthBytes += fragment.length
    if (this.#refusal) return
    try {
      this.#accept(fragments)
    } catch (error) {
      this.#refuse(refusalOf(error))
    }
  }

  /** Resolves once the instance is durable, or says why it is not kept. */
  async finish(): Promise<IntakeOutcome> {
    try {
      if (!this.#refusal) this.#complete()
      if (this.#refusal || !this.#writer) return this.#refusal ?? refusal('missing-uid')
      await this.#writer.commit()
      return this.#stored()
    } catch (error) {
      const outcome = refusalOf(error)
      this.#refuse(outcome)
      return outcome
    }
  }

  abort(): void {
    this.#refuse(refusal('processing-failure'))
  }

  #accept(fragments: readonly Uint8Array[]): void {
    if (this.#lengthBytes > this.#source.limits.maxInstanceBytes) {
      this.#refuse(refusal('too-large'))
      return
    }
    for (const fragment of fragments) this.#scanner.push(fragment)
    if (!this.#writer && this.#mustWait(fragments)) {
      this.#hold(fragments)
      return
    }
    // Usually the first read tells the study: what was not held is written from where it was read, without a copy.
    if (!this.#writer) this.#openWriter()
    this.#writer?.write(fragments)
  }

  #mustWait(fragments: readonly Uint8Array[]): boolean {
    if (this.#scanner.identityComplete) return false
    const arriving = fragments.reduce((sum, { length }) => sum + length, 0)
    return this.#held.lengthBytes + arriving <= this.#source.limits.maxHeldBytes
  }

  #hold(fragments: readonly Uint8Array[]): void {
    for (const fragment of fragments) this.#held.append(fragment)
  }

  #openWriter(): void {
    const found = this.#checkIdentity(this.#scanner.identity)
    if (found) {
      this.#refuse(found)
      return
    }
    const { identity } = this.#scanner
    const { sopInstanceUid, studyInstanceUid } = identity
    const writer = this.#source.lane.begin({
      prefix: this.#source.prefixOf(identity),
      sopInstanceUid: sopInstanceUid ?? '',
      ...(studyInstanceUid && { studyInstanceUid }),
    })
    this.#writer = writer
    if (this.#held.lengthBytes > 0) writer.write([this.#held.take()])
  }

  #complete(): void {
    this.#scanner.end()
    if (!this.#writer) this.#openWriter()
  }

  #checkIdentity(identity: InstanceIdentity): Refusal | undefined {
    // The data set speaks for itself: real senders do send commands or File Meta that disagree with it or fill its gaps.
    const { sopClassUid, sopInstanceUid } = identity
    if (!sopClassUid || !sopInstanceUid) return refusal('missing-uid')
    if (!isStorableUid(sopClassUid)) return refusal('invalid-sop-class-uid')
    if (!isStorableUid(sopInstanceUid)) return refusal('invalid-sop-instance-uid')
    if (sopClassUid === mediaStorageDirectory) return refusal('sop-class-not-supported', 'DICOMDIR')
    const required = this.#source.requiredStudyInstanceUid
    if (required !== undefined && identity.studyInstanceUid !== required) return refusal('study-mismatch')
    return undefined
  }

  #stored(): Stored {
    const { sopClassUid, sopInstanceUid, studyInstanceUid, seriesInstanceUid } = this.#scanner.identity
    return {
      kind: 'stored',
      sopClassUid: sopClassUid ?? '',
      sopInstanceUid: sopInstanceUid ?? '',
      studyInstanceUid: studyInstanceUid || undefined,
      seriesInstanceUid: seriesInstanceUid || undefined,
      lengthBytes: this.#lengthBytes,
    }
  }

  #refuse(outcome: Refusal): void {
    this.#refusal ??= outcome
    this.#writer?.abort()
    this.#writer = undefined
    this.#held.take()
  }
}

const archiveRefusals: Readonly<Record<string, RefusalCode>> = {
  'journal-full': 'journal-full',
  'instance-too-large': 'too-large',
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof DicomError) {
    const where = error.tagPath ? `at ${error.tagPath}` : undefined
    return refusal(error.code === 'truncated' ? 'truncated' : 'cannot-understand', where)
  }
  if (error instanceof ArchiveError) return refusal(archiveRefusals[error.code] ?? 'processing-failure')
  throw error
}
