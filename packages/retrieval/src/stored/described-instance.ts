import { ArchiveError, type SidecarEntry } from '@vna/archive'
import { RetrievalError } from '../retrieval-error.ts'
import type { SidecarCache } from './sidecar-cache.ts'
import type { Relocate, StoredInstance } from './stored-instance.ts'

/** An instance with what its sidecar says: `json` is its DICOM JSON, text nobody parsed. */
export interface DescribedInstance {
  readonly instance: StoredInstance
  readonly entry: SidecarEntry
  readonly json: Buffer
}

/** Looks the instance up in its pack's sidecar; where the pack was replaced meanwhile, in that of the new one. */
export async function describeInstance(
  instance: StoredInstance,
  o: { sidecars: SidecarCache; relocate: Relocate },
): Promise<DescribedInstance> {
  try {
    return await lookUp(instance, o.sidecars)
  } catch (error) {
    if (!(error instanceof ArchiveError) || error.code !== 'missing-object') throw error
    const moved = await o.relocate(instance)
    if (moved === undefined || moved.packKey === instance.packKey) {
      throw new RetrievalError('object-unreadable', { cause: error })
    }
    return lookUp(moved, o.sidecars)
  }
}

async function lookUp(instance: StoredInstance, sidecars: SidecarCache): Promise<DescribedInstance> {
  const record = (await sidecars.get(instance.packKey)).get(instance.offset)
  // The digest ties the row to the line: another pack under the same key must not answer for it.
  if (record === undefined || record.entry.sha256 !== Buffer.from(instance.sha256).toString('hex')) {
    throw new RetrievalError('index-mismatch')
  }
  return { instance, ...record }
}
