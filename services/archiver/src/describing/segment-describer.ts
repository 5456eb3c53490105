import { ArchiveError, type DescribedSegment, type SealedSegment } from '@vna/archive'
import { ThreadPool, ThreadPoolError } from '@vna/threads'
import type { DescribeAnswer, DescribeOrder } from './describe-thread.ts'

export interface DescriberLimits {
  readonly threads: number
  readonly maxWaiting: number
  /** Only for a thread that hangs: what describing may take is counted in steps and bytes (`descriptionLimits`). */
  readonly baseTimeoutMs: number
  readonly timeoutMsPerMebibyte: number
  readonly threadHeapMiB: number
  /** Members of a segment that end their thread; what follows them is not tried. */
  readonly maxEndedThreads: number
}

export const describerLimits: DescriberLimits = {
  threads: 2,
  maxWaiting: 64,
  baseTimeoutMs: 300_000,
  timeoutMsPerMebibyte: 1_000,
  threadHeapMiB: 1_024,
  maxEndedThreads: 8,
}

/** Recorded in the sidecar: a rebuild need not end threads to know it. */
const endedThread = 'thread-ended'

/**
 * Describes segments in threads, so that no instance, however it is built, takes the archiver's memory or time. A member at
 * which a thread ends is tried once more alone; if that thread ends too, or it ends there again, the member is
 * `undescribable` and the others are described without it. close() ends the threads.
 */
export class SegmentDescriber {
  readonly #limits: DescriberLimits
  readonly #threads: ThreadPool<DescribeOrder, DescribeAnswer>
  readonly #onEnded: (trouble: { packKey: string; seq: number }) => void

  constructor(
    o: {
      readonly limits?: Partial<DescriberLimits>
      readonly file?: URL
      readonly onEnded?: (trouble: { packKey: string; seq: number }) => void
    } = {},
  ) {
    this.#limits = { ...describerLimits, ...o.limits }
    this.#onEnded = o.onEnded ?? (() => {})
    const { threads, maxWaiting, threadHeapMiB, baseTimeoutMs } = this.#limits
    const file = o.file ?? new URL('./describe-thread.ts', import.meta.url)
    this.#threads = new ThreadPool({
      file,
      threads,
      keptThreads: 1,
      maxWaiting,
      threadHeapMiB,
      taskTimeoutMs: baseTimeoutMs,
    })
  }

  /** Throws ArchiveError for a segment that cannot be read, and ThreadPoolError when there is no thread for it now. */
  async describe(segment: SealedSegment, packKey: string): Promise<DescribedSegment> {
    const undescribable = new Map<number, string>()
    const tried = new Set<number>()
    let undescribableFrom: number | undefined
    for (;;) {
      const outcome = await this.#run({ segment, packKey, undescribable, undescribableFrom })
      if (outcome.kind === 'described') return outcome.segment
      const { seq } = outcome
      this.#onEnded({ packKey, seq })
      // Not at a member: the thread itself did not come up, which is no fault of the segment.
      if (seq === 0) throw outcome.error
      if (undescribable.size >= this.#limits.maxEndedThreads) undescribableFrom = seq
      else if (tried.has(seq) || !(await this.#passesAlone({ segment, packKey, seq })))
        undescribable.set(seq, endedThread)
      tried.add(seq)
    }
  }

  async close(): Promise<void> {
    await this.#threads.close()
  }

  async #passesAlone(o: { segment: SealedSegment; packKey: string; seq: number }): Promise<boolean> {
    const outcome = await this.#run({ ...o, undescribable: new Map(), onlySeq: o.seq })
    return outcome.kind === 'described'
  }

  async #run(o: {
    segment: SealedSegment
    packKey: string
    undescribable: ReadonlyMap<number, string>
    undescribableFrom?: number | undefined
    onlySeq?: number
  }): Promise<Outcome> {
    const { segment, packKey, undescribable, undescribableFrom, onlySeq } = o
    const progress = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
    const order = { path: segment.path, packKey, progress, undescribable, undescribableFrom, onlySeq }
    try {
      return described(await this.#threads.run(order, { timeoutMs: this.#timeoutMsOf(segment) }))
    } catch (error) {
      if (!(error instanceof ThreadPoolError) || error.code !== 'too-much') throw error
      return { kind: 'ended', seq: Atomics.load(new Int32Array(progress), 0), error }
    }
  }

  #timeoutMsOf({ sizeBytes }: SealedSegment): number {
    const { baseTimeoutMs, timeoutMsPerMebibyte } = this.#limits
    return Math.ceil(baseTimeoutMs + (sizeBytes / 1024 ** 2) * timeoutMsPerMebibyte)
  }
}

type Outcome =
  | { readonly kind: 'described'; readonly segment: DescribedSegment }
  | { readonly kind: 'ended'; readonly seq: number; readonly error: ThreadPoolError }

function described(answer: DescribeAnswer): Outcome {
  if ('segment' in answer) return { kind: 'described', segment: answer.segment }
  const { code, details } = answer.failure
  throw new ArchiveError(code, { details })
}
