import {
  ArchiveError,
  type ArchiveErrorCode,
  findSealedSegment,
  listSealedSegmentIds,
  setSegmentAside,
} from '@vna/archive'
import { type ArchivePayload, archiveFamily, archiveQueueName, type JobCounts, JobQueue, JobWorker } from '@vna/jobs'
import { type ArchivingDependencies, archiveSegment } from '@vna/registration'
import type { Logger, Metrics } from '@vna/runtime'
import type { ServedJournal } from './journals.ts'
import { ReconcileCursor } from './reconcile-cursor.ts'

export interface SegmentWorkerOptions {
  readonly journal: ServedJournal
  readonly redisUrl: string
  readonly concurrency: number
  readonly dependencies: ArchivingDependencies
  readonly logger: Logger
  readonly metrics: Metrics
}

/**
 * Asking Redis for each of many thousand segments in every run would slow down the very work that shortens the backlog
 * (seen: 60,000 segments, a third of a core in Redis and in the archiver each).
 */
const maxReconciledPerRun = 2_000

/**
 * Drains one journal. The queue says when, the folder says what: a segment without a job gets one from `reconcile`, and a
 * job without a segment has nothing left to do.
 */
export class SegmentWorker {
  readonly journal: ServedJournal
  readonly #options: SegmentWorkerOptions
  readonly #queue: JobQueue<ArchivePayload>
  readonly #worker: JobWorker<ArchivePayload>
  readonly #cursor = new ReconcileCursor(maxReconciledPerRun)

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

  /** Re-creates the jobs that Redis lost or never got: of a long backlog the oldest in each run, and the rest in turns. */
  async reconcile(): Promise<void> {
    const { journalId, folder } = this.journal
    const segmentIds = this.#cursor.next(await listSealedSegmentIds(folder))
    await this.#queue.reconcile(segmentIds.map((segmentId) => ({ version: 1, journalId, segmentId })))
  }

  counts(): Promise<JobCounts> {
    return this.#queue.counts()
  }

  async close(limitMs: number): Promise<void> {
    await this.#worker.close({ graceMs: limitMs })
    await this.#queue.close()
  }

  async #archive(segmentId: string): Promise<void> {
    const { dependencies, metrics, logger } = this.#options
    const segment = await findSealedSegment(this.journal.folder, segmentId)
    if (segment === undefined) return
    const startedAt = performance.now()
    const { folder: journalFolder, journalId } = this.journal
    const archived = await archiveSegment(dependencies, { journalFolder, journalId, segment }).catch(
      (error: unknown) => {
        if (isUnreadable(error)) return this.#setAside(segmentId, error)
        throw error
      },
    )
    if (archived === undefined) return
    const seconds = (performance.now() - startedAt) / 1000
    metrics.archiveSeconds.observe({ stage: 'total' }, seconds)
    metrics.instancesArchived.inc(archived.instances + archived.quarantined)
    const { instances, quarantined, packKey } = archived
    logger.info({ packKey, instances, quarantined, seconds }, 'segment archived')
  }

  /** Its bytes will not be others the next time: trying it for ever would keep the journal full and everybody out. */
  async #setAside(segmentId: string, error: ArchiveError): Promise<undefined> {
    await setSegmentAside(this.journal.folder, segmentId, { reason: error.code, since: new Date().toISOString() })
    this.#options.logger.error({ segmentId, err: error }, 'segment cannot be read and is set aside')
  }
}

/** What reading a segment that is no tar of ours throws, and nothing that a store or a database does. */
const unreadableCodes: ReadonlySet<ArchiveErrorCode> = new Set(['malformed-segment', 'bad-range'])

function isUnreadable(error: unknown): error is ArchiveError {
  return error instanceof ArchiveError && unreadableCodes.has(error.code)
}
