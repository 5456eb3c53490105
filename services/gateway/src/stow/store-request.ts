import type { JournalLane } from '@vna/archive'
import { DicomwebError, type StoreOutcome } from '@vna/dicomweb'
import type { IntakeLimits, IntakeOutcome } from '@vna/intake'
import type { PartReceiver } from './store-body.ts'
import { maxPart10PrefixBytes, StorePart } from './store-part.ts'

export interface StoreRequestOptions {
  readonly lane: JournalLane
  readonly limits: IntakeLimits
  readonly requiredStudyInstanceUid: string | undefined
  /** Address of the studies resource, for the Retrieve URLs of the answer. */
  readonly studiesUrl: string
  hasRoom(): boolean
  observe(outcome: IntakeOutcome, lengthBytes: number): void
}

/** Instances of one request whose sync is awaited while the next ones are read. */
const maxOutstandingCommits = 8
/** A request of so many parts that could not be kept is no use to anybody: its sender is told so, instead of each of them. */
export const maxFailedParts = 1_000

/**
 * One STOW-RS request in flight. The body is read part by part and never held; the sync of a part overlaps with the
 * reading of the next ones, up to `maxOutstandingCommits`.
 */
export class StoreRequest implements PartReceiver {
  readonly #options: StoreRequestOptions
  readonly #outcomes: (StoreOutcome | undefined)[] = []
  readonly #studyInstanceUids = new Set<string | undefined>()
  readonly #outstanding = new Set<Promise<void>>()
  #part: StorePart | undefined
  #failure: unknown
  #receivedBytes = 0
  #failedParts = 0

  constructor(options: StoreRequestOptions) {
    this.#options = options
  }

  /** Throws DicomwebError `multipart-limit`. */
  begin(): void {
    if (this.#failedParts > maxFailedParts) {
      throw new DicomwebError('multipart-limit', 'more than maxFailedParts', {
        limit: 'maxFailedParts',
        value: maxFailedParts,
      })
    }
    const { lane, limits, requiredStudyInstanceUid, hasRoom } = this.#options
    this.#part = new StorePart({
      lane,
      limits,
      requiredStudyInstanceUid,
      maxPrefixBytes: maxPart10PrefixBytes,
      hasRoom: hasRoom(),
    })
  }

  data(data: Uint8Array): void {
    this.#part?.write(data)
  }

  end(): void {
    const part = this.#part
    if (!part) return
    this.#part = undefined
    const index = this.#outcomes.push(undefined) - 1
    // The sync is asked for before this returns, so that the journal sees the instances in the order of the request.
    const commit = this.#finish(part, index).catch((error: unknown) => {
      this.#failure ??= error
    })
    const tracked = commit.finally(() => this.#outstanding.delete(tracked))
    this.#outstanding.add(tracked)
  }

  /** Resolves when there is room for another part. */
  async makeRoom(): Promise<void> {
    while (this.#outstanding.size >= maxOutstandingCommits) await Promise.race(this.#outstanding)
  }

  /** Resolves when every part that arrived whole is settled. Throws what is no peer's fault. */
  async settle(): Promise<readonly StoreOutcome[]> {
    const outcomes = await this.abandon()
    if (this.#failure !== undefined) throw this.#failure
    return outcomes
  }

  /** Resolves when nothing of the request is under way any more, with what had come of it. */
  async abandon(): Promise<readonly StoreOutcome[]> {
    this.#part?.abort()
    this.#part = undefined
    await Promise.all(this.#outstanding)
    return this.#outcomes.filter((outcome) => outcome !== undefined)
  }

  /** Retrieve URL of the study, when all stored instances belong to one. */
  get studyUrl(): string | undefined {
    const [studyInstanceUid, ...others] = this.#studyInstanceUids
    if (studyInstanceUid === undefined || others.length > 0) return undefined
    return `${this.#options.studiesUrl}/${studyInstanceUid}`
  }

  /** Data set bytes of the parts that arrived whole. */
  get receivedBytes(): number {
    return this.#receivedBytes
  }

  async #finish(part: StorePart, index: number): Promise<void> {
    const outcome = await part.finish()
    this.#receivedBytes += part.lengthBytes
    this.#options.observe(outcome, part.lengthBytes)
    if (outcome.kind !== 'stored') this.#failedParts += 1
    else this.#studyInstanceUids.add(outcome.studyInstanceUid)
    this.#outcomes[index] = part.describe(outcome, this.#options.studiesUrl)
  }
}
