import { listSegmentsAside } from '@vna/archive'
import type { ArchivingDependencies } from '@vna/registration'
import type { Logger, Metrics } from '@vna/runtime'
import { findServedJournals } from './journals.ts'
import { SegmentWorker } from './segment-worker.ts'

export interface JournalDrainOptions {
  readonly home: string
  readonly redisUrl: string
  readonly concurrency: number
  readonly dependencies: ArchivingDependencies
  readonly logger: Logger
  readonly metrics: Metrics
}

/** The workers of all journals that this archiver serves; journals come (adopted) and go (their owner is back). */
export class JournalDrain {
  readonly #options: JournalDrainOptions
  readonly #workers = new Map<string, SegmentWorker>()

  constructor(options: JournalDrainOptions) {
    this.#options = options
  }

  /** One run: looks which journals there are, and gives every segment without a job one. */
  async reconcile(): Promise<void> {
    const served = await findServedJournals(this.#options.home)
    for (const journal of served) {
      if (this.#workers.has(journal.journalId)) continue
      const { redisUrl, concurrency, dependencies, logger, metrics } = this.#options
      this.#workers.set(
        journal.journalId,
        new SegmentWorker({ journal, redisUrl, concurrency, dependencies, logger, metrics }),
      )
      logger.info({ journalId: journal.journalId }, 'draining a journal')
    }
    const ids = new Set(served.map(({ journalId }) => journalId))
    for (const [journalId, worker] of this.#workers) {
      if (ids.has(journalId)) await worker.reconcile()
      else await this.#dismiss(journalId, worker)
    }
  }

  /** Jobs of the whole queue family, by state. */
  async counts(): Promise<Readonly<Record<string, number>>> {
    const all = await Promise.all([...this.#workers.values()].map((worker) => worker.counts()))
    const sums: Record<string, number> = {}
    for (const counts of all) {
      for (const [state, count] of Object.entries(counts)) sums[state] = (sums[state] ?? 0) + count
    }
    return sums
  }

  /** Segments of all these journals that cannot be read and wait for somebody. */
  async segmentsAside(): Promise<number> {
    const all = await Promise.all([...this.#workers.values()].map(({ journal }) => listSegmentsAside(journal.folder)))
    return all.reduce((sum, { length }) => sum + length, 0)
  }

  async close(limitMs: number): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.close(limitMs)))
  }

  async #dismiss(journalId: string, worker: SegmentWorker): Promise<void> {
    this.#workers.delete(journalId)
    await worker.close(dismissLimitMs)
    this.#options.logger.info({ journalId }, 'journal given back')
  }
}

const dismissLimitMs = 5_000
