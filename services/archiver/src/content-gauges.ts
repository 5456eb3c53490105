import type { Catalog } from '@vna/catalog'
import type { Metrics, QueueFamily, QueueState } from '@vna/runtime'

export interface ContentGaugesOptions {
  readonly catalog: Pick<Catalog, 'countContents'>
  readonly metrics: Metrics
  jobCounts(): Promise<Readonly<Record<string, number>>>
  readonly stability: { counts(): Promise<Readonly<Record<string, number>>> }
}

/** One run of the gauges that are counted rather than kept: studies, quarantine, queues. */
export function createContentGauges(o: ContentGaugesOptions): () => Promise<void> {
  return async () => {
    const { studies, quarantined, dictionaries, conflicts } = await o.catalog.countContents()
    o.metrics.studies.set({ state: 'receiving' }, studies.receiving)
    o.metrics.studies.set({ state: 'stable' }, studies.stable)
    o.metrics.studyConflicts.set(conflicts)
    o.metrics.quarantined.reset()
    for (const { reason, count } of quarantined) o.metrics.quarantined.set({ reason }, count)
    for (const { dictionary, usedRatio } of dictionaries) o.metrics.dictionaryUsedRatio.set({ dictionary }, usedRatio)
    setJobs(o.metrics, 'archive', await o.jobCounts())
    setJobs(o.metrics, 'study-stable', await o.stability.counts())
  }
}

function setJobs(metrics: Metrics, queue: QueueFamily, counts: Readonly<Record<string, number>>): void {
  for (const [state, count] of Object.entries(counts))
    metrics.queueJobs.set({ queue, state: state as QueueState }, count)
}
