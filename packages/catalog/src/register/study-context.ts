import type { SeriesAttributes } from '../header/series-attributes.ts'
import type { StudyAttributes } from '../header/study-attributes.ts'
import type { KnownSeries, LockedStudy } from '../studies/read-locked-study.ts'
import { type BroughtHeader, type HeaderNumbers, numberHeaders } from './header-numbers.ts'
import type { StudyBatch } from './study-batch.ts'

/** Everything known of a study under its lock, and the numbers of its headers with those that just came. */
export interface StudyContext {
  readonly batch: StudyBatch
  readonly study: LockedStudy
  readonly studyHeaders: HeaderNumbers<StudyAttributes>
  readonly seriesHeaders: ReadonlyMap<string, { series: KnownSeries; numbers: HeaderNumbers<SeriesAttributes> }>
}

/** Which header is shown must be worked out from the instances. */
export function hasSeveralHeaders({ studyHeaders, seriesHeaders }: StudyContext): boolean {
  return studyHeaders.isSeveral || [...seriesHeaders.values()].some(({ numbers }) => numbers.isSeveral)
}

export function numberedContext(
  base: Pick<StudyContext, 'batch' | 'study'>,
  allSeries: readonly KnownSeries[],
): StudyContext {
  const { batch, study } = base
  const headersOf = <T>(seriesId: number) =>
    study.variants.filter((variant) => variant.seriesId === seriesId) as unknown as readonly BroughtHeader<T>[]
  const entityId = study.ownerEntityId
  const members = Map.groupBy(batch.instances, ({ seriesInstanceUid }) => seriesInstanceUid)
  const seriesHeaders = allSeries.map((series) => {
    const numbers = numberHeaders<SeriesAttributes>(
      { no: series.headerNo, header: series.attributes, entityId },
      headersOf(series.id),
      (members.get(series.seriesInstanceUid) ?? []).map((instance) => ({
        header: instance.seriesAttributes,
        entityId: instance.arrival.entityId,
      })),
    )
    return [series.seriesInstanceUid, { series, numbers }] as const
  })
  return {
    ...base,
    studyHeaders: numberHeaders<StudyAttributes>(
      { no: study.headerNo, header: study.attributes, entityId },
      headersOf(0),
      batch.instances.map((instance) => ({ header: instance.studyAttributes, entityId: instance.arrival.entityId })),
    ),
    seriesHeaders: new Map(seriesHeaders),
  }
}
