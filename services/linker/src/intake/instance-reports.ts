import { readSidecar, type SidecarRecord, sidecarKeyOf } from '@vna/archive'
import type { LocatedInstance } from '@vna/catalog'
import type { DicomJson } from '@vna/dicom'
import { reportFactsOfInstance, reportSopClassUids } from '@vna/fse'
import { reportIdOf } from '@vna/record'
import type { LinkerDependencies } from '../linker-dependencies.ts'

/** Reports taken of one study; a study with more is no study. */
const maxReportsPerStudy = 500

const everything = { kind: 'all', includeHidden: true } as const

/**
 * Structured reports and encapsulated PDFs of a study become reports of the entity that sent them, each once. What they say
 * stands in the sidecar, so no pack is read. Returns how many were new.
 */
export async function receiveInstanceReports(
  { catalog, healthRecord, store }: Pick<LinkerDependencies, 'catalog' | 'healthRecord' | 'store'>,
  studyInstanceUid: string,
): Promise<number> {
  const located = await catalog.locateInstances({ studyInstanceUid }, everything)
  const reports = located
    .filter(({ sopClassUid }) => reportSopClassUids.includes(sopClassUid))
    .slice(0, maxReportsPerStudy)
  let received = 0
  let pack: { readonly key: string; readonly records: readonly SidecarRecord[] } | undefined
  for (const instance of reports) {
    if (await isKnown(healthRecord, instance)) continue
    if (pack?.key !== instance.packKey) {
      const { records } = await readSidecar(await store.read(sidecarKeyOf(instance.packKey)))
      pack = { key: instance.packKey, records }
    }
    if (await receiveReport(healthRecord, instance, pack.records)) received++
  }
  return received
}

function digestOf({ sha256 }: LocatedInstance): string {
  return Buffer.from(sha256).toString('hex')
}

async function isKnown(healthRecord: LinkerDependencies['healthRecord'], instance: LocatedInstance): Promise<boolean> {
  const { entityCode: origin, sopInstanceUid: uniqueId } = instance
  const id = reportIdOf({ origin, uniqueId, sha256: digestOf(instance) })
  return (await healthRecord.reports.listReports({ id, limit: 1 }, everything)).length > 0
}

async function receiveReport(
  healthRecord: LinkerDependencies['healthRecord'],
  instance: LocatedInstance,
  records: readonly SidecarRecord[],
): Promise<boolean> {
  const record = records.find(({ entry }) => entry.offset === instance.offset)
  if (record === undefined) return false
  const localPatientIssuer = `entity:${instance.entityCode}`
  const facts = reportFactsOfInstance(JSON.parse(record.json.toString()) as DicomJson, { localPatientIssuer })
  if (facts === undefined) return false
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = instance
  const { isNew } = await healthRecord.reports.receiveReport({
    origin: instance.entityCode,
    source: 'instance',
    contentType: 'application/dicom',
    documentKey: `studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`,
    sizeBytes: instance.lengthBytes,
    sha256: digestOf(instance),
    receivedAt: instance.receivedAt,
    studyInstanceUid,
    facts,
  })
  return isNew
}
