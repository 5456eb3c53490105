import {
  type ObjectStore,
  openFileReader,
  packKeyOf,
  removeSealedSegment,
  type SealedSegment,
  sidecarKeyOf,
} from '@vna/archive'
import type { RegisterPackResult } from '@vna/catalog'
import { buildPackSidecar, type PackDescription } from './describe-pack.ts'
import { type PackRegistrar, registrationOf } from './registration-of.ts'

/** The boundaries between the steps, in order: tests kill the process at each. */
export const archivingFaultPoints = ['after-pack', 'after-sidecar', 'after-register', 'after-unlink'] as const
export type ArchivingFaultPoint = (typeof archivingFaultPoints)[number]
export type ArchivingStage = 'sidecar' | 'put' | 'register' | 'unlink'

export interface ArchivingParts {
  readonly store: ObjectStore
  readonly catalog: PackRegistrar
  reach?(point: ArchivingFaultPoint): void | Promise<void>
  observe?(stage: ArchivingStage, seconds: number): void
}

export interface SegmentOrigin {
  readonly journalFolder: string
  readonly journalId: string
  readonly segment: SealedSegment
}

export interface ArchivedSegment extends RegisterPackResult {
  readonly packKey: string
  readonly instances: number
  readonly quarantined: number
}

/**
 * Makes a sealed segment a pack: sidecar, both objects, rows, and only then the segment's name in the journal goes.
 * Every step is safe to repeat: keys derive from journal and segment id, puts are idempotent, and the catalog knows the
 * segment. Throws ArchiveError or CatalogError; the segment then stays for the next attempt.
 */
export async function archiveSegment(parts: ArchivingParts, origin: SegmentOrigin): Promise<ArchivedSegment> {
  const { segment, journalId, journalFolder } = origin
  const packKey = packKeyOf(journalId, segment.segmentId)
  const pack = await timed(parts, 'sidecar', () => describeSegment(segment, packKey))
  const { sha256 } = await timed(parts, 'put', () => putPack(parts, segment, pack))
  const registration = registrationOf(pack, { journalId, segmentId: segment.segmentId, packSha256: sha256 })
  const registered = await timed(parts, 'register', () => parts.catalog.registerPack(registration))
  await parts.reach?.('after-register')
  await timed(parts, 'unlink', () => removeSealedSegment(journalFolder, segment.segmentId))
  await parts.reach?.('after-unlink')
  const { instances, quarantined } = registration
  return { ...registered, packKey, instances: instances.length, quarantined: quarantined.length }
}

async function describeSegment(segment: SealedSegment, packKey: string): Promise<PackDescription> {
  const reader = await openFileReader(segment.path)
  try {
    return await buildPackSidecar(reader, { packKey, sizeBytes: segment.sizeBytes })
  } finally {
    await reader.close()
  }
}

async function putPack(
  parts: ArchivingParts,
  segment: SealedSegment,
  pack: PackDescription,
): Promise<{ sha256?: Uint8Array }> {
  const { store } = parts
  const put = await store.put(pack.packKey, { path: segment.path }, { sizeBytes: segment.sizeBytes })
  await parts.reach?.('after-pack')
  const sidecar = { bytes: pack.sidecar }
  await store.put(sidecarKeyOf(pack.packKey), sidecar, { sizeBytes: pack.sidecar.length })
  await parts.reach?.('after-sidecar')
  return put
}

async function timed<T>(parts: ArchivingParts, stage: ArchivingStage, step: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  const result = await step()
  parts.observe?.(stage, (performance.now() - startedAt) / 1000)
  return result
}
