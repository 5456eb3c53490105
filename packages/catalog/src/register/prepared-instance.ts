import { type InstanceAttributes, instanceAttributesOf } from '../header/instance-attributes.ts'
import { type SeriesAttributes, seriesAttributesOf } from '../header/series-attributes.ts'
import { type StudyAttributes, studyAttributesOf } from '../header/study-attributes.ts'
import { uidHashOf } from '../uid-hash.ts'
import { type Arrival, arrivalFlags, compareArrivals } from '../versions/current-version.ts'
import { isLossyTransferSyntax } from './lossy-transfer-syntax.ts'
import type { RegisteredInstance } from './register-pack-input.ts'

/** What the database says of the entity that sent an instance. */
export interface SendingEntity {
  readonly id: number
  readonly code: string
  readonly studyStableMs: number | null
  /** Newest first. */
  readonly policies: readonly { readonly sinceMs: number; readonly duplicatePolicy: string }[]
}

/** What the header of an instance says, as columns hold it. */
export interface DescribedInstance {
  readonly received: RegisteredInstance
  readonly studyInstanceUid: string
  readonly seriesInstanceUid: string
  readonly sopInstanceUid: string
  readonly sopHash: number
  readonly studyAttributes: StudyAttributes
  readonly seriesAttributes: SeriesAttributes
  readonly attributes: InstanceAttributes
}

/** An instance of a pack, ready to become a row. */
export interface PreparedInstance extends DescribedInstance {
  readonly sha256: string
  readonly arrival: Arrival
}

export function describeInstances(instances: readonly RegisteredInstance[]): readonly DescribedInstance[] {
  const study = createCache<StudyAttributes>()
  const series = createCache<SeriesAttributes>()
  return instances.map((received) => {
    const { header, entityCode } = received
    return {
      received,
      studyInstanceUid: header.studyInstanceUid,
      seriesInstanceUid: header.seriesInstanceUid,
      sopInstanceUid: header.sopInstanceUid,
      sopHash: uidHashOf(header.sopInstanceUid),
      studyAttributes: study([entityCode, header.patient, header.study], () => studyAttributesOf(header, entityCode)),
      seriesAttributes: series(header.series, () => seriesAttributesOf(header)),
      attributes: instanceAttributesOf(header),
    }
  })
}

/** The instances of a series share their header: it is worked out once, and later compared by reference. */
function createCache<T>(): (header: unknown, compute: () => T) => T {
  const byHeader = new Map<string, T>()
  const byValue = new Map<string, T>()
  return (header, compute) => {
    const key = JSON.stringify(header)
    const known = byHeader.get(key)
    if (known !== undefined) return known
    const computed = compute()
    const text = JSON.stringify(computed)
    // Headers that differ only in what is not kept are one.
    const value = byValue.get(text) ?? computed
    byValue.set(text, value)
    byHeader.set(key, value)
    return value
  }
}

/** Instances with their arrivals, in the order of these. */
export function prepareInstances(
  segmentId: string,
  described: readonly DescribedInstance[],
  entities: ReadonlyMap<string, SendingEntity>,
): readonly PreparedInstance[] {
  return described
    .map((instance) => {
      const entity = entities.get(instance.received.entityCode)
      if (entity === undefined) throw new RangeError('every sending entity is ensured before')
      const sha256 = Buffer.from(instance.received.sha256).toString('hex')
      return { ...instance, sha256, arrival: arrivalOf(segmentId, instance.received, entity) }
    })
    .sort((a, b) => compareArrivals(a.arrival, b.arrival))
}

function arrivalOf(segmentId: string, instance: RegisteredInstance, entity: SendingEntity): Arrival {
  const receivedAtMs = new Date(instance.receivedAt).getTime()
  // `refuse` is answered at the door; what slipped past it at the same moment is kept like `keep-first`.
  const policy = entity.policies.find(({ sinceMs }) => sinceMs <= receivedAtMs)?.duplicatePolicy ?? 'version'
  return {
    entityId: entity.id,
    receivedAtMs,
    segmentId,
    offset: instance.offset,
    flags:
      (instance.campaign === undefined ? 0 : arrivalFlags.campaign) |
      (isLossyTransferSyntax(instance.transferSyntaxUid) ? arrivalFlags.lossy : 0) |
      (policy === 'version' ? 0 : arrivalFlags.keepFirst),
  }
}
