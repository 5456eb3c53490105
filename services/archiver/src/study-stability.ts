import type { Catalog, StableStudy } from '@vna/catalog'
import { JobQueue, studyStableFamily, studyStableQueueName } from '@vna/jobs'
import type { Logger } from '@vna/runtime'

export interface StudyStability {
  /** One run: marks the studies whose quiet time is over, and tells whoever listens. */
  markStable(): Promise<void>
  counts(): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}

/**
 * The timer is the catalog's (`stable_at`). Jobs only wake whoever publishes or links: where nobody listens none is made,
 * since they would pile up, and what a notice missed is found in the catalog.
 */
export function openStudyStability(o: { catalog: Catalog; redisUrl: string; logger: Logger }): StudyStability {
  const queue = new JobQueue({
    redisUrl: o.redisUrl,
    queueName: studyStableQueueName,
    family: studyStableFamily,
  })
  const announce = async (studies: readonly StableStudy[]): Promise<void> => {
    if (await queue.hasWorkers()) await queue.addAll(studies.map((study) => ({ version: 1, ...study })))
  }
  return {
    markStable: async () => {
      for (;;) {
        const studies = await o.catalog.takeDueStudies()
        if (studies.length === 0) return
        await announce(studies).catch((error: unknown) => o.logger.debug({ err: error }, 'stable not announced'))
      }
    },
    counts: () => queue.counts(),
    close: () => queue.close(),
  }
}
