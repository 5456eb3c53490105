import {
  ArchiveError,
  type ArchiveErrorCode,
  findSealedSegment,
  findSegmentEntity,
  listSealedSegmentIds,
  setSegmentAside,
} from '@vna/archive'
import { type ArchivePayload, archiveFamily, archiveQueueName, type JobCounts, JobQueue, JobWorker } from '@vna/jobs'
import { type ArchivingDependencies, archiveSegment } from '@vna/registration'
import type { Logger, Metrics } from '@vna/runtime'
import type { ServedJournal } from './journals.ts'
import { ReconcileCursor } from './reconcile-cursor.ts'
import { SegmentTurns } from './segment-turns.ts'

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

/** Headers read in a run to learn whose segments they are; of a longer backlog the rest in the next run. */
const maxLearntPerRun = 5_000
/** A backlog no longer than what is under way anyway has no order. */
const minBacklog = 8

/**
 * Drains one journal. A job tells that something is to be done, the folder what: a segment without a job gets one from
 * `reconcile`, and a job archives the segment whose entity has its turn, be it the one it names or another's. Where nothing
 * waits that is the one it names.
 */
export class SegmentWorker {
  readonly journal: ServedJournal
  readonly #options: SegmentWorkerOptions
  readonly #queue: JobQueue<ArchivePayload>
  readonly #worker: JobWorker<ArchivePayload>
  readonly #cursor = new ReconcileCursor(maxReconciledPerRun)
  readonly #turns = new SegmentTurns()

  constructor(options: SegmentWorkerOptions) {
    const { journal, redisUrl, concurrency, logger } = options
    this.journal = journal
    this.#options = options
    const queue = { redisUrl, queueName: archiveQueueName(journal.journalId), family: archiveFamily }
    this.#queue = new JobQueue(queue)
    this.#worker = new JobWorker({
      ...queue,
      concurrency,
      handle: ({ segmentId }) => this.#archiveNext(segmentId),
      onFailed: ({ attempt, willRetry, error }) =>
        logger.warn({ err: error, attempt, willRetry }, 'segment not archived yet'),
    })
  }

  /** Re-creates the jobs that Redis lost or never got: of a long backlog the oldest in each run, and the rest in turns. */
  async reconcile(): Promise<void> {
    const { journalId, folder } = this.journal
    const all = await listSealedSegmentIds(folder)
    if (all.length >= minBacklog) await this.#learn(all)
    const segmentIds = this.#cursor.next(all)
    await this.#queue.reconcile(segmentIds.map((segmentId) => ({ version: 1, journalId, segmentId })))
  }

  counts(): Promise<JobCounts> {
    return this.#queue.counts()
  }

  async close(limitMs: number): Promise<void> {
    await this.#worker.close({ graceMs: limitMs })
    await this.#queue.close()
  }

  /** Whose they are decides when they are archived. */
  async #learn(segmentIds: readonly string[]): Promise<void> {
    const unknown = segmentIds.filter((segmentId) => !this.#turns.isKnown(segmentId)).slice(0, maxLearntPerRun)
    for (const segmentId of unknown) {
      if (this.#turns.isFull) return
      this.#turns.add((await findSegmentEntity(this.journal.folder, segmentId)) ?? '', segmentId)
    }
  }

  async #archiveNext(named: string): Promise<void> {
    if (this.#turns.waiting === 0) {
      if (this.#turns.isKnown(named)) return
      this.#turns.begin(named)
      await this.#archiveTaken(named)
      return
    }
    await this.#learn([named])
    // What another archived meanwhile is gone, and takes nobody's turn.
    for (let next = this.#turns.take(); next !== undefined; next = this.#turns.take()) {
      if (await this.#archiveTaken(next)) return
    }
  }

  /** False where there was nothing to do. One that fails is learnt anew by the next `reconcile`, if it is still there. */
  async #archiveTaken(segmentId: string): Promise<boolean> {
    try {
      return await this.#archive(segmentId)
    } finally {
      this.#turns.forget(segmentId)
    }
  }

  async #archive(segmentId: string): Promise<boolean> {
    const { dependencies, metrics, logger } = this.#options
    const segment = await findSealedSegment(this.journal.folder, segmentId)
    if (segment === undefined) return false
    const startedAt = performance.now()
    const { folder: journalFolder, journalId } = this.journal
    const archived = await archiveSegment(dependencies, { journalFolder, journalId, segment }).catch(
      (error: unknown) => {
        if (isUnreadable(error)) return this.#setAside(segmentId, error)
        throw error
      },
    )
    if (archived === undefined) return true
    const seconds = (performance.now() - startedAt) / 1000
    metrics.archiveSeconds.observe({ stage: 'total' }, seconds)
    metrics.instancesArchived.inc(archived.instances + archived.quarantined)
    const { instances, quarantined, packKey } = archived
    logger.info({ packKey, instances, quarantined, seconds }, 'segment archived')
    return true
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
