import type { NewSeries } from '../series/insert-series.ts'
import type { Holder } from '../studies/insert-holders.ts'
import type { Arrival } from '../versions/current-version.ts'
import type { PreparedInstance } from './prepared-instance.ts'

/** The instances of one study in one pack, sorted by arrival; never empty. */
export interface StudyBatch {
  readonly studyInstanceUid: string
  readonly packId: number
  readonly instances: readonly PreparedInstance[]
  readonly first: Arrival
  readonly lastReceivedAtMs: number
  readonly stableMs: number
}

export function groupByStudy(
  instances: readonly PreparedInstance[],
  pack: { packId: number; stableMsOf: (entityId: number) => number },
): readonly StudyBatch[] {
  const groups = Map.groupBy(instances, ({ studyInstanceUid }) => studyInstanceUid)
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([studyInstanceUid, members]) => {
      const first = members[0]?.arrival
      if (first === undefined) return []
      return {
        studyInstanceUid,
        packId: pack.packId,
        instances: members,
        first,
        lastReceivedAtMs: members.at(-1)?.arrival.receivedAtMs ?? first.receivedAtMs,
        stableMs: pack.stableMsOf(first.entityId),
      }
    })
}

/** One sender, no SOP Instance UID twice, one header for the study and one for each series: nothing to be decided. */
export function isPlain(batch: StudyBatch): boolean {
  // By hash: two UIDs that collide need two versions.
  const sopHashes = new Set<number>()
  const headerBySeries = new Map<string, unknown>()
  const studyHeader = batch.instances[0]?.studyAttributes
  for (const { sopHash, seriesInstanceUid, studyAttributes, seriesAttributes, arrival } of batch.instances) {
    if (sopHashes.has(sopHash) || studyAttributes !== studyHeader) return false
    if (arrival.entityId !== batch.first.entityId) return false
    sopHashes.add(sopHash)
    const known = headerBySeries.get(seriesInstanceUid)
    if (known !== undefined && known !== seriesAttributes) return false
    headerBySeries.set(seriesInstanceUid, seriesAttributes)
  }
  return true
}

export function holdersOf(batch: StudyBatch): readonly Holder[] {
  const first = new Map<number, number>()
  for (const { arrival } of batch.instances) {
    if (!first.has(arrival.entityId)) first.set(arrival.entityId, arrival.receivedAtMs)
  }
  return [...first].map(([entityId, sinceMs]) => ({ entityId, sinceMs }))
}

/** One entry per series with the header of its first instance and the number of instances. */
export function seriesOf(batch: StudyBatch): readonly NewSeries[] {
  const groups = Map.groupBy(batch.instances, ({ seriesInstanceUid }) => seriesInstanceUid)
  return [...groups].flatMap(([seriesInstanceUid, members]) => {
    const attributes = members[0]?.seriesAttributes
    return attributes === undefined ? [] : { seriesInstanceUid, numberOfInstances: members.length, attributes }
  })
}

export function modalitiesOf(series: readonly NewSeries[]): string {
  const modalities = new Set(series.map(({ attributes }) => attributes.modality).filter((value) => value !== null))
  return [...modalities].sort().join('\\')
}

export function versionsOf(batch: StudyBatch): { studyInstanceUid: string; sopHashes: readonly number[] } {
  return { studyInstanceUid: batch.studyInstanceUid, sopHashes: batch.instances.map(({ sopHash }) => sopHash) }
}
