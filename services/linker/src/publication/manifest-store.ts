import { createHash } from 'node:crypto'
import type { ObjectStore } from '@vna/archive'
import {
  contentHashOf,
  documentReferenceOf,
  endpointsOf,
  type ManifestFormat,
  type ManifestOptions,
  type ManifestStudy,
  manifestUidOf,
} from '@vna/fse'
import type { ManifestRow, NewManifest } from '@vna/record'
import type { ManifestBuilder } from './manifest-builder.ts'
import type { ManifestBytes } from './manifest-bytes.ts'

/** Builds both documents of a version and puts them into the object store; the row for it is the caller's to keep. */
export async function storeManifest(
  { store, builder }: { readonly store: ObjectStore; readonly builder: Pick<ManifestBuilder, 'build'> },
  study: ManifestStudy,
  o: { readonly options: ManifestOptions; readonly createdAt: Date; readonly former: ManifestRow | undefined },
): Promise<NewManifest> {
  const { options, createdAt, former } = o
  const bytes = await builder.build(study, options)
  const manifestUid = manifestUidOf(study, options)
  const folder = `manifests/${createdAt.toISOString().slice(0, 10).replaceAll('-', '/')}/${manifestUid}`
  const [kos, fhir] = await Promise.all([
    put(store, `${folder}.dcm`, bytes.kos, 'application/dicom'),
    put(store, `${folder}.json`, bytes.fhir, 'application/fhir+json'),
  ])
  const entryOf = (format: ManifestFormat) => entry(study, options, format, { kos, fhir }[format])
  const made = { kos: entryOf('kos'), fhir: entryOf('fhir') }
  const entries = {
    kos: { ...made.kos, relatesTo: relationsOf(former?.kosId, made.fhir.id) },
    fhir: { ...made.fhir, relatesTo: relationsOf(former?.fhirId, made.kos.id) },
  }
  return {
    studyInstanceUid: study.studyInstanceUid,
    version: options.version,
    createdAt,
    profile: options.profile,
    contentHash: contentHashOf(study, options),
    manifestUid,
    kos,
    fhir,
    kosId: entries.kos.id,
    fhirId: entries.fhir.id,
    viewerEndpointId: endpointsOf(study, options)[1]?.id,
    facets: facetsOf(study, entries.kos),
    entries,
  }
}

/** The documents of a manifest as they were stored: a submission sent again has the same bytes. */
export async function readManifestBytes(store: ObjectStore, manifest: ManifestRow): Promise<ManifestBytes> {
  const [kos, fhir] = await Promise.all([store.read(manifest.kos.key), store.read(manifest.fhir.key)])
  return { kos, fhir }
}

async function put(
  store: ObjectStore,
  key: string,
  bytes: Uint8Array,
  contentType: string,
): Promise<NewManifest['kos']> {
  await store.put(key, { bytes }, { sizeBytes: bytes.length, contentType })
  return { key, sizeBytes: bytes.length, sha1: createHash('sha1').update(bytes).digest() }
}

/** The entry under our own /fhir; its document lies in a Binary of the same id, whose address the reader completes. */
function entry(study: ManifestStudy, options: ManifestOptions, format: ManifestFormat, document: NewManifest['kos']) {
  const made = documentReferenceOf({
    study,
    options,
    format,
    document: { sizeBytes: document.sizeBytes, sha1Base64: Buffer.from(document.sha1).toString('base64') },
    url: '',
    status: 'current',
  })
  return {
    ...made,
    content: made.content.map((content) => ({
      ...content,
      attachment: { ...content.attachment, url: `Binary/${made.id}` },
    })),
  }
}

/** Under our own /fhir: the former version of the same format, and the other format of the same version. */
function relationsOf(formerId: string | undefined, otherId: string) {
  const to = (id: string) => ({ reference: `DocumentReference/${id}`, type: 'DocumentReference' })
  const replaces = formerId === undefined ? [] : [{ code: 'replaces' as const, target: to(formerId) }]
  return [...replaces, { code: 'transforms' as const, target: to(otherId) }]
}

function facetsOf(study: ManifestStudy, entryOfKos: ReturnType<typeof entry>): NewManifest['facets'] {
  const patient = study.patient.national ?? study.patient.identifiers[0]
  return {
    patientIssuer: patient?.issuer ?? '',
    patientIdentifier: patient?.value ?? '',
    studyDate: study.studyDate,
    modalities: [...new Set(study.series.map(({ modality }) => modality))],
    regions: (entryOfKos.extension ?? []).flatMap(({ url, valueCodeableConcept }) =>
      url.endsWith('bodySite') ? (valueCodeableConcept?.coding ?? []).flatMap(({ code }) => code ?? []) : [],
    ),
    accessions: study.requests.flatMap(({ accessionNumber, accessionIssuerOid }) => [
      accessionNumber,
      `${accessionIssuerOid}|${accessionNumber}`,
    ]),
  }
}
