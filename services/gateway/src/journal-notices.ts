import type { Journal } from '@vna/archive'
import { archiveJobs, archiveQueueName, type JobQueue, openQueue } from '@vna/jobs'
import type { Logger, Metrics } from '@vna/runtime'

/**
 * Tells the archiver of each sealed segment. A notice that Redis does not take is dropped: the archiver compares journal
 * and queue by itself every few seconds.
 */
export function announceSealedSegments(o: { journal: Journal; redisUrl: string; logger: Logger }): JobQueue<unknown> {
  const queue = openQueue({ redisUrl: o.redisUrl, name: archiveQueueName(o.journal.id), jobs: archiveJobs })
  let wasFailing = false
  o.journal.onSealed((segmentId) => {
    queue.add({ version: 1, segmentId }).then(
      () => {
        wasFailing = false
      },
      (error: unknown) => {
        if (!wasFailing) o.logger.warn({ err: error }, 'archiver not told; it will look by itself')
        wasFailing = true
      },
    )
  })
  return queue as JobQueue<unknown>
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
