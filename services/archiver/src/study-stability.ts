import type { Catalog } from '@vna/catalog'
import { openQueue, type StudyStablePayload, studyStableJobs, studyStableQueueName } from '@vna/jobs'
import type { Logger } from '@vna/runtime'

export interface StudyStability {
  /** One round: marks the studies whose quiet time is over, and tells whoever listens. */
  round(): Promise<void>
  counts(): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}

/** The timer is the catalog's (`stable_at`); a notice that Redis does not take is found again by who needs it. */
export function openStudyStability(o: { catalog: Catalog; redisUrl: string; logger: Logger }): StudyStability {
  const queue = openQueue({ redisUrl: o.redisUrl, name: studyStableQueueName, jobs: studyStableJobs })
  return {
    round: async () => {
      for (;;) {
        const studies = await o.catalog.takeDueStudies()
        if (studies.length === 0) return
        for (const study of studies) {
          const payload: StudyStablePayload = { version: 1, ...study }
          await queue
            .add(payload)
            .catch((error: unknown) => o.logger.debug({ err: error }, 'stable study not announced'))
        }
      }
    },
    counts: () => queue.counts(),
    close: () => queue.close(),
  }
}
