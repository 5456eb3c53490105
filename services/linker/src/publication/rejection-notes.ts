import { type ObjectStore, readSidecar, sidecarKeyOf } from '@vna/archive'
import type { Catalog, LocatedInstance } from '@vna/catalog'
import type { HealthRecord } from '@vna/record'

type Item = Readonly<Record<string, { readonly Value?: readonly unknown[] } | undefined>>

/**
 * Takes what rejection notes (IHE IOCM) name out of the shared manifest. What they name stands in their sidecar. A note speaks
 * for the instances of who sent it, of its own study, whenever these come: every note is read again each time, which costs the
 * few studies that have one a sidecar, and gives the same whatever came first.
 */
export async function applyRejectionNotes(
  {
    catalog,
    healthRecord,
    store,
  }: {
    readonly catalog: Pick<Catalog, 'locateInstances'>
    readonly healthRecord: Pick<HealthRecord, 'publications'>
    readonly store: ObjectStore
  },
  studyInstanceUid: string,
): Promise<void> {
  const notes = await healthRecord.publications.listRejectionNotes(studyInstanceUid)
  if (notes.length === 0) return
  const instances = await catalog.locateInstances({ studyInstanceUid }, { kind: 'all', includeHidden: true })
  for (const { sopInstanceUid, reason } of notes) {
    const note = instances.find((instance) => instance.sopInstanceUid === sopInstanceUid)
    if (note === undefined) continue
    const named = new Set(referencedInstances(await readNote(store, note), studyInstanceUid))
    const rejected = instances.filter((one) => named.has(one.sopInstanceUid) && one.entityCode === note.entityCode)
    const sopInstanceUids = [sopInstanceUid, ...rejected.map((one) => one.sopInstanceUid)]
    await healthRecord.publications.rejectInstances({
      studyInstanceUid,
      reason,
      sopInstanceUids,
      entityCode: note.entityCode,
    })
  }
}

async function readNote(store: ObjectStore, note: LocatedInstance): Promise<Item> {
  const { records } = await readSidecar(await store.read(sidecarKeyOf(note.packKey)))
  const record = records.find(({ entry }) => entry.offset === note.offset)
  if (record === undefined) throw new Error('the index of the pack does not know the instance')
  return JSON.parse(record.json.toString('utf8')) as Item
}

/** Current Requested Procedure Evidence Sequence, as far as it speaks of this study. */
function referencedInstances(note: Item, studyInstanceUid: string): readonly string[] {
  return itemsOf(note, '0040A375')
    .filter((evidence) => evidence['0020000D']?.Value?.[0] === studyInstanceUid)
    .flatMap((evidence) => itemsOf(evidence, '00081115'))
    .flatMap((series) => itemsOf(series, '00081199'))
    .flatMap((sop) => sop['00081155']?.Value ?? [])
    .filter((uid) => typeof uid === 'string')
}

function itemsOf(item: Item, tag: string): readonly Item[] {
  return (item[tag]?.Value ?? []).filter((value): value is Item => value !== null && typeof value === 'object')
}
