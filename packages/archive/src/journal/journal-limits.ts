/** Every number the journal obeys, with its default. */
export interface JournalLimits {
  /** A segment that reaches this is sealed; one instance may make it bigger. */
  sealBytes: number
  /** So does one that holds so many instances: it bounds the sidecar, and the work that one failure repeats. */
  sealInstances: number
  /** A segment nobody appended to for so long is sealed. */
  idleSealMs: number
  /** Per lane, one per study: an interleaving sender does not make a pack per instance. */
  maxOpenSegmentsPerLane: number
  maxInstanceBytes: number
  /** `soft` pressure from here; undefined: 20 GiB or a tenth of the disk, whichever is less. */
  softJournalBytes?: number
  /** `hard` pressure, and no new instance, while the disk has less free space than this. */
  hardFreeBytes: number
  /** How often idle segments are looked for. */
  watchIntervalMs: number
  /** How often the folder and the disk are looked at. */
  pressureIntervalMs: number
  /** After a failed sync: how often a fresh segment is tried until one syncs. */
  probeIntervalMs: number
}

const gib = 1024 ** 3

export const defaultJournalLimits: Readonly<JournalLimits> = Object.freeze({
  sealBytes: 64 * 1024 ** 2,
  sealInstances: 4096,
  idleSealMs: 2000,
  maxOpenSegmentsPerLane: 4,
  maxInstanceBytes: 64 * gib,
  hardFreeBytes: 2 * gib,
  watchIntervalMs: 250,
  pressureIntervalMs: 1000,
  probeIntervalMs: 1000,
})

const maxSoftJournalBytes = 20 * gib
const softShareOfDisk = 0.1

export function softJournalBytesOf(limits: JournalLimits, diskBytes: number): number {
  return limits.softJournalBytes ?? Math.min(maxSoftJournalBytes, diskBytes * softShareOfDisk)
}
