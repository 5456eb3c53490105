import type { Catalog } from '@vna/catalog'
import { JobQueue, studyStableFamily, studyStableQueueName } from '@vna/jobs'
import type { Logger } from '@vna/runtime'

export interface StudyStability {
  /** One round: marks the studies whose quiet time is over, and tells whoever listens. */
  round(): Promise<void>
  counts(): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}

/** The timer is the catalog's (`stable_at`); a notice that Redis does not take is found again by who needs it. */
export function openStudyStability(o: { catalog: Catalog; redisUrl: string; logger: Logger }): StudyStability {
  const queue = new JobQueue({
    redisUrl: o.redisUrl,
    queueName: studyStableQueueName,
    family: studyStableFamily,
  })
  return {
    round: async () => {
      for (;;) {
        const studies = await o.catalog.takeDueStudies()
        if (studies.length === 0) return
        const payloads = studies.map((study) => ({ version: 1, ...study }) as const)
        await queue.addAll(payloads).catch((error: unknown) => o.logger.debug({ err: error }, 'stable not announced'))
      }
    },
    counts: () => queue.counts(),
    close: () => queue.close(),
  }
}
