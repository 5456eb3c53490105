import type { Journal } from '@vna/archive'
import { type ArchivePayload, archiveFamily, archiveQueueName, JobQueue } from '@vna/jobs'
import type { Logger, Metrics } from '@vna/runtime'

/**
 * Tells the archiver of each sealed segment. A notice that Redis does not take is dropped: the archiver compares journal
 * and queue by itself every few seconds.
 */
export function announceSealedSegments(o: {
  journal: Journal
  redisUrl: string
  logger: Logger
}): JobQueue<ArchivePayload> {
  const journalId = o.journal.id
  const queue = new JobQueue({ redisUrl: o.redisUrl, queueName: archiveQueueName(journalId), family: archiveFamily })
  let wasFailing = false
  o.journal.onSealed((segmentId) => {
    queue.add({ version: 1, journalId, segmentId }).then(
      () => {
        wasFailing = false
      },
      (error: unknown) => {
        if (!wasFailing) o.logger.warn({ err: error }, 'archiver not told; it will look by itself')
        wasFailing = true
      },
    )
  })
  return queue
}

/** Keeps the gauges of the journal and the associations up to date. */
export function watchGateway(o: {
  journal: Journal
  metrics: Metrics
  activeAssociations(): number
  intervalMs: number
}): NodeJS.Timeout {
  return setInterval(() => {
    const { journalBytes, oldestSeconds } = o.journal.pressure()
    o.metrics.journalBytes.set(journalBytes)
    o.metrics.journalOldestSeconds.set(oldestSeconds)
    o.metrics.associationsActive.set(o.activeAssociations())
  }, o.intervalMs)
}
