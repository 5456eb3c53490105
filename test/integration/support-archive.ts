import { join } from 'node:path'
import { listSealedSegments, type ObjectStore, openJournal } from '../../packages/archive/src/index.ts'
import type { Catalog } from '../../packages/catalog/src/index.ts'
import { parsePart10Prefix } from '../../packages/dicom/src/index.ts'
import { archiveSegment } from '../../packages/registration/src/index.ts'

/** A Part 10 file on its way into the archive. */
export interface Incoming {
  readonly part10: Uint8Array
  readonly studyInstanceUid: string
  readonly sopInstanceUid: string
}

export interface ArchiveParts {
  readonly home: string
  readonly store: ObjectStore
  readonly catalog: Catalog
}

let journals = 0

/** Receives and archives these files as one request of an entity would; returns the keys of the packs. */
export async function archiveFiles(
  { home, store, catalog }: ArchiveParts,
  files: readonly Incoming[],
  entityCode: string,
): Promise<readonly string[]> {
  const folder = join(home, 'journal', `j${++journals}`)
  const journal = await openJournal({ folder })
  const lane = journal.openLane({ entityCode, source: 'TEST stow' })
  for (const { part10, studyInstanceUid, sopInstanceUid } of files) {
    const prefix = parsePart10Prefix(part10)
    if (prefix.kind !== 'part10') throw new Error('not a Part 10 file')
    const writer = lane.begin({ prefix: part10.subarray(0, prefix.dataSetOffset), studyInstanceUid, sopInstanceUid })
    writer.write([part10.subarray(prefix.dataSetOffset)])
    await writer.commit()
  }
  await lane.close()
  const { id } = journal
  await journal.close()
  const keys: string[] = []
  for (const segment of await listSealedSegments(folder)) {
    const { packKey } = await archiveSegment({ store, catalog }, { journalFolder: folder, journalId: id, segment })
    keys.push(packKey)
  }
  return keys
}
