import { findSealedSegment, listSealedSegments } from '@vna/archive'
import { type ArchivePayload, archiveFamily, archiveQueueName, type JobCounts, JobQueue, JobWorker } from '@vna/jobs'
import { type ArchivingParts, archiveSegment } from '@vna/registration'
import type { Logger, Metrics } from '@vna/runtime'
import type { ServedJournal } from './journals.ts'

export interface SegmentWorkerOptions {
  readonly journal: ServedJournal
  readonly redisUrl: string
  readonly concurrency: number
  readonly parts: ArchivingParts
  readonly logger: Logger
  readonly metrics: Metrics
}

/**
 * Drains one journal. The queue says when, the folder says what: a segment without a job gets one from `reconcile`, and a
 * job without a segment has nothing left to do.
 */
export class SegmentWorker {
  readonly journal: ServedJournal
  readonly #options: SegmentWorkerOptions
  readonly #queue: JobQueue<ArchivePayload>
  readonly #worker: JobWorker<ArchivePayload>

  constructor(options: SegmentWorkerOptions) {
    const { journal, redisUrl, concurrency, logger } = options
    this.journal = journal
    this.#options = options
    const queue = { redisUrl, queueName: archiveQueueName(journal.journalId), family: archiveFamily }
    this.#queue = new JobQueue(queue)
    this.#worker = new JobWorker({
      ...queue,
      concurrency,
      handle: ({ segmentId }) => this.#archive(segmentId),
      onFailed: ({ attempt, willRetry, error }) =>
        logger.warn({ err: error, attempt, willRetry }, 'segment not archived yet'),
    })
  }

  /** Re-creates every job that Redis lost or never got. */
  async reconcile(): Promise<void> {
    const { journalId, folder } = this.journal
    const segments = await listSealedSegments(folder)
    await this.#queue.reconcile(segments.map(({ segmentId }) => ({ version: 1, journalId, segmentId })))
  }

  counts(): Promise<JobCounts> {
    return this.#queue.counts()
  }

  async close(limitMs: number): Promise<void> {
    await this.#worker.close({ graceMs: limitMs })
    await this.#queue.close()
  }

  async #archive(segmentId: string): Promise<void> {
    const { parts, metrics, logger } = this.#options
    const segment = await findSealedSegment(this.journal.folder, segmentId)
    if (segment === undefined) return
    const startedAt = performance.now()
    const archived = await archiveSegment(parts, {
      journalFolder: this.journal.folder,
      journalId: this.journal.journalId,
      segment,
    })
    const seconds = (performance.now() - startedAt) / 1000
    metrics.archiveSeconds.observe({ stage: 'total' }, seconds)
    metrics.instancesArchived.inc(archived.instances + archived.quarantined)
    const { instances, quarantined, packKey } = archived
    logger.info({ packKey, instances, quarantined, seconds }, 'segment archived')
  }
}
