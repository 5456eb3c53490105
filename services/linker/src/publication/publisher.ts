import { CatalogError } from '@vna/database'
import type { TakenPublication } from '@vna/record'
import type { Logger, Metrics } from '@vna/runtime'
import { RegistryError } from '../registry/registry.ts'
import { type PublishingDependencies, publishStudy } from './publish-study.ts'
import { RegistryBackoff, studyRetryMs } from './registry-backoff.ts'

export interface PublisherOptions extends PublishingDependencies {
  readonly concurrency: number
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'fsePublications'>
  /** Told of each attempt that reached a registry. */
  readonly onAttempt?: (attempt: {
    studyInstanceUid: string
    startedAt: Date
    failure: RegistryError | undefined
  }) => void
}

export const publisherLimits = {
  /** A dead worker's studies are taken by another after it. */
  leaseMs: 20_000,
  renewIntervalMs: 5_000,
} as const

/**
 * Takes studies that are due, a few at a time, and brings each to rest. new → fill()… → close(). Which study is due, taken or
 * failed is the catalog's to know: nothing here is missed by a crash.
 */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #backoff = new RegistryBackoff()
  readonly #running = new Map<string, Promise<void>>()
  readonly #stopping = new AbortController()
  #filling: Promise<void> | undefined
  #isAskedAgain = false

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  get running(): number {
    return this.#running.size
  }

  /** Takes what is due as far as there is room; called by a run, by a notice, and when a study is done. */
  async fill(): Promise<void> {
    this.#isAskedAgain = true
    this.#filling ??= this.#fillAll().finally(() => {
      this.#filling = undefined
    })
    await this.#filling
  }

  /** Keeps what is being worked on. */
  async renew(): Promise<void> {
    await this.#options.healthRecord.publications.renew([...this.#running.keys()], publisherLimits.leaseMs)
  }

  /** Lets running studies end within the time, then cuts them off; they stay due. */
  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#stopping.abort(), graceMs)
    this.#isClosed = true
    await Promise.allSettled([...this.#running.values()])
    clearTimeout(timer)
  }

  #isClosed = false

  async #fillAll(): Promise<void> {
    while (this.#isAskedAgain && !this.#isClosed) {
      this.#isAskedAgain = false
      const free = this.#options.concurrency - this.#running.size
      if (free <= 0 || this.#backoff.pauseMs > 0) return
      const taken = await this.#options.healthRecord.publications.take({
        limit: free,
        leaseMs: publisherLimits.leaseMs,
      })
      for (const publication of taken) this.#begin(publication)
    }
  }

  #begin(taken: TakenPublication): void {
    const { studyInstanceUid } = taken
    // Somebody made it due again while we work on it: the lease says so, and this process holds it already.
    if (this.#running.has(studyInstanceUid)) return
    const work = this.#publish(taken).finally(() => {
      this.#running.delete(studyInstanceUid)
      if (!this.#isClosed) this.fill().catch(() => {})
    })
    this.#running.set(studyInstanceUid, work)
  }

  async #publish(taken: TakenPublication): Promise<void> {
    const { studyInstanceUid } = taken
    const startedAt = new Date()
    try {
      await publishStudy(this.#options, taken, this.#stopping.signal)
      this.#backoff.succeeded()
      this.#options.metrics.fsePublications.inc({ outcome: 'ok' })
      this.#options.onAttempt?.({ studyInstanceUid, startedAt, failure: undefined })
    } catch (error) {
      await this.#fail(taken, error, startedAt)
    }
  }

  async #fail(taken: TakenPublication, error: unknown, startedAt: Date): Promise<void> {
    const { studyInstanceUid } = taken
    const { healthRecord, logger, metrics, onAttempt } = this.#options
    if (this.#stopping.signal.aborted) return
    this.#backoff.failed(studyInstanceUid, error)
    metrics.fsePublications.inc({ outcome: 'error' })
    const failure = error instanceof RegistryError ? error : undefined
    onAttempt?.({ studyInstanceUid, startedAt, failure })
    // A lost catalog leaves the lease to run out; what a registry refuses, and a defect of ours, are an operator's.
    if (error instanceof CatalogError && error.retryable) return
    const isBlocking = failure === undefined ? isDefect(error) : !failure.retryable
    if (failure === undefined) logger.error({ err: error, study: studyInstanceUid }, 'a study could not be published')
    await healthRecord.publications
      .fail({
        studyInstanceUid,
        kind: isBlocking ? 'blocking' : 'retryable',
        text: failure?.text ?? codeOf(error),
        retryAfterMs: Math.max(studyRetryMs(taken.attempts), failure?.retryAfterMs ?? 0),
        verify: failure?.isUncertain ?? false,
      })
      .catch((lost: unknown) => logger.warn({ err: lost, study: studyInstanceUid }, 'a failure could not be noted'))
  }
}

/** Errors that say they pass with time, and those of the system (disk, network), are no defects. */
function isDefect(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === false
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'internal'
}
