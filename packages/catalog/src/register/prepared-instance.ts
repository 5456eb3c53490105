import { type InstanceAttributes, instanceAttributesOf } from '../header/instance-attributes.ts'
import { type SeriesAttributes, seriesAttributesOf } from '../header/series-attributes.ts'
import { type StudyAttributes, studyAttributesOf } from '../header/study-attributes.ts'
import { type Arrival, arrivalFlags, compareArrivals } from '../versions/current-version.ts'
import { isLossyTransferSyntax } from './lossy-transfer-syntax.ts'
import type { RegisteredInstance, RegisterPackInput } from './register-pack-input.ts'
import { sopHashOf } from './sop-hash.ts'

/** What the database says of the entity that sent an instance. */
export interface SendingEntity {
  readonly id: number
  readonly code: string
  readonly studyStableMs: number | null
  /** Newest first. */
  readonly policies: readonly { readonly sinceMs: number; readonly duplicatePolicy: string }[]
}

/** An instance of a pack, ready to become a row. */
export interface PreparedInstance {
  readonly studyInstanceUid: string
  readonly seriesInstanceUid: string
  readonly sopInstanceUid: string
  readonly sopClassUid: string
  readonly transferSyntaxUid: string
  readonly sopHash: number
  readonly sha256: string
  readonly seq: number
  readonly lengthBytes: number
  readonly dataSetOffset: number
  readonly arrival: Arrival
  readonly studyAttributes: StudyAttributes
  readonly seriesAttributes: SeriesAttributes
  readonly attributes: InstanceAttributes
}

export function prepareInstances(
  input: RegisterPackInput,
  instances: readonly RegisteredInstance[],
  entities: ReadonlyMap<string, SendingEntity>,
): readonly PreparedInstance[] {
  const interned = { study: createInterner<StudyAttributes>(), series: createInterner<SeriesAttributes>() }
  return instances
    .map((instance) => prepareInstance(input.segmentId, instance, { entities, interned }))
    .sort((a, b) => compareArrivals(a.arrival, b.arrival))
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

interface Context {
  readonly entities: ReadonlyMap<string, SendingEntity>
  readonly interned: {
    readonly study: (value: StudyAttributes) => StudyAttributes
    readonly series: (value: SeriesAttributes) => SeriesAttributes
  }
}

function prepareInstance(
  segmentId: string,
  instance: RegisteredInstance,
  { entities, interned }: Context,
): PreparedInstance {
  const { header } = instance
  const entity = entities.get(instance.entityCode)
  if (entity === undefined) throw new RangeError('every sending entity is ensured before')
  return {
    studyInstanceUid: header.studyInstanceUid,
    seriesInstanceUid: header.seriesInstanceUid,
    sopInstanceUid: header.sopInstanceUid,
    sopClassUid: header.sopClassUid,
    transferSyntaxUid: instance.transferSyntaxUid,
    sopHash: sopHashOf(header.sopInstanceUid),
    sha256: Buffer.from(instance.sha256).toString('hex'),
    seq: instance.seq,
    lengthBytes: instance.lengthBytes,
    dataSetOffset: instance.dataSetOffset,
    arrival: arrivalOf(segmentId, instance, entity),
    studyAttributes: interned.study(studyAttributesOf(header, instance.entityCode)),
    seriesAttributes: interned.series(seriesAttributesOf(header)),
    attributes: instanceAttributesOf(header),
  }
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
