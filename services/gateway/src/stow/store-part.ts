import type { JournalLane } from '@vna/archive'
import { DicomError, type Part10Prefix, Part10PrefixReader, parsePart10Prefix } from '@vna/dicom'
import type { StoreOutcome } from '@vna/dicomweb'
import { InstanceIntake, type IntakeLimits, type IntakeOutcome, type Refusal, refusal, type Stored } from '@vna/intake'

export interface StorePartOptions {
  readonly lane: JournalLane
  readonly limits: IntakeLimits
  readonly maxPrefixBytes: number
  readonly requiredStudyInstanceUid: string | undefined
  /** False at the journal's hard mark: the instance passes by unread and is answered 0xA700. */
  readonly hasRoom: boolean
}

/** File Meta Information is a few hundred bytes; a private information element may add to it. */
export const maxPart10PrefixBytes = 64 * 1024

/**
 * One Part 10 file of a STOW-RS request (PS3.18 10.5): the preamble and File Meta Information are kept as sent, byte for
 * byte, and the data set goes the same way as that of a C-STORE.
 */
export class StorePart {
  readonly #options: StorePartOptions
  #prefix: Part10PrefixReader | undefined
  #intake: InstanceIntake | undefined
  #refusal: Refusal | undefined
  #announced: { sopClassUid: string | undefined; sopInstanceUid: string | undefined } | undefined

  constructor(options: StorePartOptions) {
    this.#options = options
    if (!options.hasRoom) this.#refusal = refusal('journal-full')
  }

  get lengthBytes(): number {
    return this.#intake?.lengthBytes ?? 0
  }

  /** `data` is not referenced after it returns. */
  write(data: Uint8Array): void {
    if (this.#refusal) return
    if (this.#intake) this.#intake.write([data])
    else this.#readPrefix(data)
  }

  /** Resolves when the instance is durable, or with why it is not kept. */
  async finish(): Promise<IntakeOutcome> {
    if (this.#refusal) return this.#refusal
    if (!this.#intake) return refusal('not-part10')
    return this.#intake.finish()
  }

  abort(): void {
    this.#intake?.abort()
    this.#refusal ??= refusal('processing-failure')
  }

  /** The outcome in the words of the Store Instances Response (PS3.18 Annex I). `studiesUrl`: where studies are retrieved. */
  describe(outcome: IntakeOutcome, studiesUrl: string): StoreOutcome {
    if (outcome.kind === 'stored') {
      const { sopClassUid, sopInstanceUid } = outcome
      return { kind: 'stored', sopClassUid, sopInstanceUid, ...retrieveUrlOf(outcome, studiesUrl) }
    }
    const { sopClassUid, sopInstanceUid } = this.#announced ?? {}
    return {
      kind: 'failed',
      failureReason: outcome.status,
      errorComment: outcome.comment,
      ...(sopClassUid && { sopClassUid }),
      ...(sopInstanceUid && { sopInstanceUid }),
    }
  }

  #readPrefix(data: Uint8Array): void {
    // The prefix of nearly every file lies in the first read, where it needs no copy.
    if (this.#prefix === undefined) {
      const found = attempt(() => parsePart10Prefix(data))
      if (found?.kind !== 'more') {
        this.#take(found, data)
        return
      }
      this.#prefix = new Part10PrefixReader(this.#options.maxPrefixBytes)
    }
    const reader = this.#prefix
    // Of a large piece only as much as the prefix may have: the rest is data set, and need not be held.
    const piece = data.subarray(0, this.#options.maxPrefixBytes - reader.bytes.length)
    const found = attempt(() => reader.push(piece))
    if (found?.kind === 'more' && piece.length === data.length) return
    this.#take(found, reader.bytes)
    this.#intake?.write([data.subarray(piece.length)])
  }

  /** Begins the data set behind the prefix in `bytes`, or refuses what is no Part 10 file. */
  #take(found: Part10Prefix | undefined, bytes: Uint8Array): void {
    this.#prefix = undefined
    if (found?.kind === 'part10') this.#beginDataSet(bytes, found)
    else this.#refusal = refusal('not-part10')
  }

  #beginDataSet(bytes: Uint8Array, found: Part10): void {
    const { lane, limits, requiredStudyInstanceUid } = this.#options
    this.#announced = {
      sopClassUid: found.mediaStorageSopClassUid,
      sopInstanceUid: found.mediaStorageSopInstanceUid,
    }
    const prefix = Uint8Array.prototype.slice.call(bytes, 0, found.dataSetOffset)
    this.#intake = new InstanceIntake({
      lane,
      limits,
      prefixOf: () => prefix,
      transferSyntaxUid: found.transferSyntaxUid,
      requiredStudyInstanceUid,
    })
    if (bytes.length > found.dataSetOffset) this.#intake.write([bytes.subarray(found.dataSetOffset)])
  }
}

function attempt(parse: () => Part10Prefix): Part10Prefix | undefined {
  try {
    return parse()
  } catch (error) {
    if (error instanceof DicomError) return undefined
    throw error
  }
}

type Part10 = Extract<Part10Prefix, { kind: 'part10' }>

/** Set aside until its study or series is known, an instance has no address yet. */
function retrieveUrlOf({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: Stored, studiesUrl: string) {
  if (studyInstanceUid === undefined || seriesInstanceUid === undefined) return {}
  return { retrieveUrl: `${studiesUrl}/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}` }
}
