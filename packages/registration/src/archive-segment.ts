import {
  buildSidecar,
  type DescribedSegment,
  type ObjectStore,
  openFileReader,
  packKeyOf,
  removeSealedSegment,
  type SealedSegment,
  sidecarContentType,
  sidecarKeyOf,
} from '@vna/archive'
import type { RegisterPackResult } from '@vna/catalog'
import { type PackRegistrar, registrationOf } from './registration-of.ts'

/** The boundaries between the steps, in order: tests kill the process at each. */
export const archivingFaultPoints = ['after-pack', 'after-sidecar', 'after-register', 'after-unlink'] as const
export type ArchivingFaultPoint = (typeof archivingFaultPoints)[number]
export type ArchivingStage = 'sidecar' | 'put' | 'register' | 'unlink'

export interface ArchivingDependencies {
  readonly store: ObjectStore
  readonly catalog: PackRegistrar
  /** Describes a segment somewhere else; here where absent. */
  describe?(segment: SealedSegment, packKey: string): Promise<DescribedSegment>
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
export async function archiveSegment(
  dependencies: ArchivingDependencies,
  origin: SegmentOrigin,
): Promise<ArchivedSegment> {
  const { segment, journalId, journalFolder } = origin
  const packKey = packKeyOf(journalId, segment.segmentId)
  const sidecar = await timed(dependencies, 'sidecar', () => {
    return dependencies.describe?.(segment, packKey) ?? describeSegment(segment, packKey)
  })
  const { sha256 } = await timed(dependencies, 'put', () => putPack(dependencies, { segment, packKey, sidecar }))
  const registration = registrationOf({
    packKey,
    packDigest: sidecar.packDigest,
    packSha256: sha256,
    sizeBytes: segment.sizeBytes,
    journalId,
    segmentId: segment.segmentId,
    instances: sidecar.instances,
  })
  const registered = await timed(dependencies, 'register', () => dependencies.catalog.registerPack(registration))
  await dependencies.reach?.('after-register')
  await timed(dependencies, 'unlink', () => removeSealedSegment(journalFolder, segment.segmentId))
  await dependencies.reach?.('after-unlink')
  const { instances, quarantined } = registration
  return { ...registered, packKey, instances: instances.length, quarantined: quarantined.length }
}

async function describeSegment(segment: SealedSegment, packKey: string): Promise<DescribedSegment> {
  const reader = await openFileReader(segment.path)
  try {
    return await buildSidecar(reader, { packKey })
  } finally {
    await reader.close()
  }
}

async function putPack(
  dependencies: ArchivingDependencies,
  o: { segment: SealedSegment; packKey: string; sidecar: DescribedSegment },
): Promise<{ sha256?: Uint8Array }> {
  const { store } = dependencies
  const put = await store.put(o.packKey, { path: o.segment.path }, { sizeBytes: o.segment.sizeBytes })
  await dependencies.reach?.('after-pack')
  const { bytes } = o.sidecar
  await store.put(sidecarKeyOf(o.packKey), { bytes }, { sizeBytes: bytes.length, contentType: sidecarContentType })
  await dependencies.reach?.('after-sidecar')
  return put
}

async function timed<T>(
  dependencies: ArchivingDependencies,
  stage: ArchivingStage,
  step: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now()
  const result = await step()
  dependencies.observe?.(stage, (performance.now() - startedAt) / 1000)
  return result
}
