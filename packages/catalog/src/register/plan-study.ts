import { type Arrival, compareArrivals, currentVersion, type VersionArrivals } from '../versions/current-version.ts'
import type { PreparedInstance } from './prepared-instance.ts'
import { VersionNumbers } from './version-numbers.ts'

/** A version the catalog already has, with every arrival of its bytes; the first one is on the row. */
export interface KnownVersion {
  readonly sopInstanceUid: string
  readonly sopHash: number
  /** Tells apart what has the same hash: versions of one UID, and UIDs that collide. */
  readonly version: number
  readonly sha256: string
  readonly current: boolean
  readonly seriesInstanceUid: string
  readonly arrivals: readonly Arrival[]
}

export interface PlannedRow {
  readonly instance: PreparedInstance
  readonly version: number
  readonly current: boolean
}

/** What registering some instances of one study changes. */
export interface StudyPlan {
  readonly newVersions: readonly PlannedRow[]
  /** The same bytes again. */
  readonly newCopies: readonly { readonly instance: PreparedInstance; readonly version: number }[]
  /** The same bytes, and earlier than the row says: the row takes this arrival, the old one becomes a copy. */
  readonly earlierArrivals: readonly { readonly instance: PreparedInstance; readonly version: number }[]
  readonly currentChanges: readonly {
    readonly sopHash: number
    readonly version: number
    readonly current: boolean
  }[]
  /** Change of the number of current instances by Series Instance UID. */
  readonly seriesDeltas: ReadonlyMap<string, number>
  /** Beyond the number of versions that are kept of one SOP Instance UID. */
  readonly excess: readonly PreparedInstance[]
  /** False when nothing but known bytes came. */
  readonly isChanged: boolean
  /** Every SOP Instance UID concerned with all its versions. */
  readonly instances: readonly PlannedInstance[]
}

export interface PlannedInstance {
  readonly sopHash: number
  readonly versions: readonly {
    readonly version: number
    readonly seriesInstanceUid: string
    readonly arrivals: readonly Arrival[]
  }[]
}

interface VersionDraft {
  readonly sopHash: number
  readonly version: number
  readonly sha256: string
  readonly wasCurrent: boolean
  readonly seriesInstanceUid: string
  readonly arrivals: Arrival[]
  /** Set for a version the catalog does not have yet. */
  readonly isNew: boolean
  /** Sender of the earliest arrival, where it came with these instances. */
  earliest: PreparedInstance | undefined
  readonly others: PreparedInstance[]
}

/** Pure: the same known versions and instances in any order give the same rows. */
export function planStudy(
  known: readonly KnownVersion[],
  instances: readonly PreparedInstance[],
  judged: JudgedHolders,
): StudyPlan {
  const drafts = draftsOf(known)
  const numbers = new VersionNumbers(known)
  const excess = instances.filter((instance) => !addInstance(drafts, numbers, instance))
  const plan = {
    newVersions: [] as PlannedRow[],
    newCopies: [] as { instance: PreparedInstance; version: number }[],
    earlierArrivals: [] as { instance: PreparedInstance; version: number }[],
    currentChanges: [] as { sopHash: number; version: number; current: boolean }[],
    seriesDeltas: new Map<string, number>(),
  }
  for (const versions of drafts.values()) {
    const current = currentOf(versions, judged)
    for (const draft of versions) {
      recordDraft(plan, draft)
      recordCurrent(plan, draft, draft.version === current)
    }
  }
  const touched = [...drafts.values()].map((versions) => ({ sopHash: versions[0]?.sopHash ?? 0, versions }))
  return {
    ...plan,
    excess,
    instances: touched,
    isChanged: plan.newVersions.length > 0 || plan.currentChanges.length > 0,
  }
}

/** Whose versions may be current. */
export interface JudgedHolders {
  readonly ownerEntityId: number
  /** The owner, and those whose person is the owner's; absent where the owner is the only holder. */
  readonly agreeing?: ReadonlySet<number> | undefined
}

/** The version of a SOP Instance UID that the record shows; `undefined` where all came from holders that do not agree. */
export function currentOf(
  versions: readonly VersionArrivals[],
  { ownerEntityId, agreeing }: JudgedHolders,
): number | undefined {
  if (agreeing === undefined) {
    return versions.length === 1 ? versions[0]?.version : currentVersion(versions, ownerEntityId)
  }
  const counting = versions
    .map(({ version, arrivals }) => ({ version, arrivals: arrivals.filter(({ entityId }) => agreeing.has(entityId)) }))
    .filter(({ arrivals }) => arrivals.length > 0)
  return counting.length === 0 ? undefined : currentVersion(counting, ownerEntityId)
}

function draftsOf(known: readonly KnownVersion[]): Map<string, VersionDraft[]> {
  const drafts = new Map<string, VersionDraft[]>()
  for (const version of known) {
    const draft: VersionDraft = {
      sopHash: version.sopHash,
      version: version.version,
      sha256: version.sha256,
      wasCurrent: version.current,
      seriesInstanceUid: version.seriesInstanceUid,
      arrivals: [...version.arrivals].sort(compareArrivals),
      isNew: false,
      earliest: undefined,
      others: [],
    }
    const versions = drafts.get(version.sopInstanceUid)
    if (versions === undefined) drafts.set(version.sopInstanceUid, [draft])
    else versions.push(draft)
  }
  return drafts
}

/**
 * False when there are too many versions already. Instances come sorted by arrival, so of a new version the first is the
 * earliest.
 */
function addInstance(
  drafts: Map<string, VersionDraft[]>,
  numbers: VersionNumbers,
  instance: PreparedInstance,
): boolean {
  const versions = drafts.get(instance.sopInstanceUid) ?? []
  const same = versions.find((draft) => draft.sha256 === instance.sha256)
  if (same === undefined) {
    const version = numbers.take(instance.sopHash, instance.arrival.entityId)
    if (version === undefined) return false
    if (versions.length === 0) drafts.set(instance.sopInstanceUid, versions)
    versions.push({
      sopHash: instance.sopHash,
      version,
      sha256: instance.sha256,
      wasCurrent: false,
      seriesInstanceUid: instance.seriesInstanceUid,
      arrivals: [instance.arrival],
      isNew: true,
      earliest: instance,
      others: [],
    })
    return true
  }
  const first = same.arrivals[0]
  if (first !== undefined && compareArrivals(instance.arrival, first) < 0) {
    same.arrivals.unshift(instance.arrival)
    same.earliest = instance
  } else {
    same.arrivals.push(instance.arrival)
    same.others.push(instance)
  }
  return true
}

interface OpenPlan {
  newVersions: PlannedRow[]
  newCopies: { instance: PreparedInstance; version: number }[]
  earlierArrivals: { instance: PreparedInstance; version: number }[]
  currentChanges: { sopHash: number; version: number; current: boolean }[]
  seriesDeltas: Map<string, number>
}

function recordDraft(plan: OpenPlan, draft: VersionDraft): void {
  for (const instance of draft.others) plan.newCopies.push({ instance, version: draft.version })
  if (!draft.isNew && draft.earliest !== undefined) {
    plan.earlierArrivals.push({ instance: draft.earliest, version: draft.version })
  }
}

function recordCurrent(plan: OpenPlan, draft: VersionDraft, isCurrent: boolean): void {
  const { sopHash, version, seriesInstanceUid } = draft
  if (draft.isNew && draft.earliest !== undefined) {
    plan.newVersions.push({ instance: draft.earliest, version, current: isCurrent })
  } else if (draft.wasCurrent !== isCurrent) {
    plan.currentChanges.push({ sopHash, version, current: isCurrent })
  }
  const delta = Number(isCurrent) - Number(draft.wasCurrent)
  if (delta !== 0) plan.seriesDeltas.set(seriesInstanceUid, (plan.seriesDeltas.get(seriesInstanceUid) ?? 0) + delta)
}
