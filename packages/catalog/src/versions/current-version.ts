/** Bits of `instances.flags` and `instance_copies.flags`. */
export const arrivalFlags = { campaign: 1, lossy: 2, keepFirst: 4 } as const

/** Where and when some bytes came in. Registration order never enters, so that a reindex decides the same. */
export interface Arrival {
  readonly entityId: number
  readonly receivedAtMs: number
  readonly segmentId: string
  readonly offset: number
  readonly flags: number
}

/** One distinct data set of a SOP Instance UID with every time it arrived, in any order. */
export interface VersionArrivals {
  readonly version: number
  readonly arrivals: readonly Arrival[]
}

export function compareArrivals(a: Arrival, b: Arrival): number {
  if (a.receivedAtMs !== b.receivedAtMs) return a.receivedAtMs - b.receivedAtMs
  if (a.segmentId !== b.segmentId) return a.segmentId < b.segmentId ? -1 : 1
  return a.offset - b.offset
}

interface Step {
  readonly version: number
  readonly arrival: Arrival
}

/**
 * Which version is shown. The first one that came, then each later one that the owning entity sends for the first time,
 * unless it is lossy over lossless, comes by migration over live, or its entity keeps the first. That binds the owner to what it
 * sent itself: its first version stands before anything that only others sent.
 */
export function currentVersion(versions: readonly VersionArrivals[], ownerEntityId: number): number {
  const steps = versions
    .flatMap(({ version, arrivals }) => arrivals.map((arrival): Step => ({ version, arrival })))
    .sort((a, b) => compareArrivals(a.arrival, b.arrival))
  const sentByOwner = new Set<number>()
  let current: Step | undefined
  for (const step of steps) {
    const isOwner = step.arrival.entityId === ownerEntityId
    if (current === undefined) current = step
    else if (step.version === current.version) current = livelier(current, step)
    else if (isOwner && !sentByOwner.has(step.version)) {
      if (!sentByOwner.has(current.version) || mayReplace(current.arrival, step.arrival)) current = step
    }
    if (isOwner) sentByOwner.add(step.version)
  }
  if (current === undefined) throw new RangeError('a SOP Instance UID has at least one version')
  return current.version
}

/** Bytes that came both by migration and live count as live. */
function livelier(current: Step, again: Step): Step {
  return (again.arrival.flags & arrivalFlags.campaign) === 0 ? again : current
}

function mayReplace(current: Arrival, next: Arrival): boolean {
  if ((next.flags & arrivalFlags.keepFirst) !== 0) return false
  const isLossyOverLossless = (next.flags & arrivalFlags.lossy) !== 0 && (current.flags & arrivalFlags.lossy) === 0
  const isMigratedOverLive = (next.flags & arrivalFlags.campaign) !== 0 && (current.flags & arrivalFlags.campaign) === 0
  return !isLossyOverLossless && !isMigratedOverLive
}
