import {
  ArchiveError,
  type BuiltSidecar,
  buildSidecar,
  type ObjectStore,
  parsePackKey,
  readSidecar,
  type SidecarInstance,
  sidecarContentType,
  sidecarInstancesOf,
  sidecarKeyOf,
} from '@vna/archive'
import type { RegisterPackResult } from '@vna/catalog'
import { type PackRegistrar, registrationOf } from './registration-of.ts'

export interface StoredPackDependencies {
  readonly store: ObjectStore
  readonly catalog: PackRegistrar
}

/**
 * Registers a pack that lies in the object store: from its sidecar, or, where that is missing or unusable, from itself. Throws
 * ArchiveError for a damaged pack: `size-mismatch` where the object is longer or shorter than its sidecar says.
 */
export async function registerStoredPack(
  dependencies: StoredPackDependencies,
  packKey: string,
  o: { readonly sizeBytes?: number } = {},
): Promise<RegisterPackResult> {
  const ids = parsePackKey(packKey)
  if (ids === undefined) throw new ArchiveError('bad-key', { details: { packKey } })
  const bySidecar = await describeBySidecar(dependencies.store, packKey)
  if (bySidecar !== undefined && o.sizeBytes !== undefined && bySidecar.sizeBytes !== o.sizeBytes) {
    throw new ArchiveError('size-mismatch', { details: { packKey, sizeBytes: o.sizeBytes } })
  }
  const described = bySidecar ?? (await rebuildSidecar(dependencies.store, packKey))
  return dependencies.catalog.registerPack(registrationOf({ packKey, ...ids, ...described }))
}

interface Described {
  readonly packDigest: Uint8Array
  readonly sizeBytes: number
  readonly instances: readonly SidecarInstance[]
}

/** Undefined where the sidecar is missing, unreadable or another pack's. */
async function describeBySidecar(store: ObjectStore, packKey: string): Promise<Described | undefined> {
  try {
    const sidecar = await readSidecar(await store.read(sidecarKeyOf(packKey)))
    if (sidecar.packKey !== packKey) return undefined
    const { packDigest, sizeBytes } = sidecar
    return { packDigest, sizeBytes, instances: sidecarInstancesOf(sidecar) }
  } catch (error) {
    if (error instanceof ArchiveError && ['missing-object', 'malformed-sidecar'].includes(error.code)) return undefined
    throw error
  }
}

/** A sidecar is deterministic: the one written here is the one that was lost. */
export async function rebuildSidecar(store: ObjectStore, packKey: string): Promise<BuiltSidecar> {
  const reader = await store.openReader(packKey)
  try {
    const built = await buildSidecar(reader, { packKey })
    const { bytes } = built
    await store.put(sidecarKeyOf(packKey), { bytes }, { sizeBytes: bytes.length, contentType: sidecarContentType })
    return built
  } finally {
    await reader.close()
  }
}
