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
  const internStudy = createInterner<StudyAttributes>()
  const internSeries = createInterner<SeriesAttributes>()
  return instances.map((received) => {
    const { header } = received
    return {
      received,
      studyInstanceUid: header.studyInstanceUid,
      seriesInstanceUid: header.seriesInstanceUid,
      sopInstanceUid: header.sopInstanceUid,
      sopHash: uidHashOf(header.sopInstanceUid),
      studyAttributes: internStudy(studyAttributesOf(header, received.entityCode)),
      seriesAttributes: internSeries(seriesAttributesOf(header)),
      attributes: instanceAttributesOf(header),
    }
  })
}

/** Equal headers become one object, so that later they compare by reference. */
function createInterner<T>(): (value: T) => T {
  const known = new Map<string, T>()
  return (value) => {
    const text = JSON.stringify(value)
    const same = known.get(text)
    if (same === undefined) known.set(text, value)
    return same ?? value
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
