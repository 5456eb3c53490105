import type * as r4 from 'fhir/r4.js'
import type { BuiltEndpoint, BuiltImagingStudy } from '../fhir/built.ts'
import { fhirDateTime } from '../fhir/fhir-time.ts'
import { mado } from '../fhir/mado.ts'
import {
  accessionIdentifier,
  codingOf,
  concept,
  conceptOf,
  nonEmpty,
  patientIdentifier,
  studyUidIdentifier,
  systems,
} from '../fhir/terms.ts'
import type { ManifestInstance, ManifestSeries, ManifestStudy } from '../model/manifest-study.ts'
import { checkStudy, primaryIdentifierOf } from './check-study.ts'
import { idOfUrn, resourceUrn } from './manifest-identity.ts'
import type { ManifestOptions } from './manifest-options.ts'
import { targetRegionOf, targetRegionsOf } from './target-region.ts'

/** How the resources of a study point to each other: by id at a server, by `urn:uuid:` inside a document. */
export interface StudyReferences {
  readonly id: string
  readonly subject: r4.Reference
  readonly wado: r4.Reference
  readonly viewer: r4.Reference | undefined
  /** ServiceRequest of each request of the study, in their order; empty: identifiers only. */
  readonly requests: readonly r4.Reference[]
}

/** The study for a search responder. Its id depends on the Study Instance UID only; the subject is given by identifier. */
export function imagingStudyOf(study: ManifestStudy, options: ManifestOptions): BuiltImagingStudy {
  checkStudy(study)
  const [wado, viewer] = endpointsOf(study, options).map(({ id }) => ({
    reference: `Endpoint/${id}`,
    type: 'Endpoint',
  }))
  return imagingStudy(study, options, {
    id: idOfUrn(resourceUrn(study.studyInstanceUid, 'ImagingStudy')),
    subject: subjectOf(study),
    wado: wado as r4.Reference,
    viewer,
    requests: [],
  })
}

/** The WADO-RS endpoint, then the viewer's where there is one. The first is one for all studies of the archive. */
export function endpointsOf(study: ManifestStudy, options: ManifestOptions): readonly BuiltEndpoint[] {
  const { retrieveLocationUid, wadoRsUrl, displayUri } = options
  const wado = wadoEndpoint(idOfUrn(resourceUrn(retrieveLocationUid, `Endpoint ${wadoRsUrl}`)), options)
  if (displayUri === undefined) return [wado]
  return [wado, viewerEndpoint(idOfUrn(resourceUrn(study.studyInstanceUid, `Endpoint ${displayUri}`)), displayUri)]
}

export function subjectOf(study: ManifestStudy): r4.Reference {
  return { type: 'Patient', identifier: patientIdentifier(primaryIdentifierOf(study)) }
}

export function wadoEndpoint(id: string, { retrieveLocationUid, wadoRsUrl }: ManifestOptions): BuiltEndpoint {
  return {
    resourceType: 'Endpoint',
    id,
    meta: { profile: [mado.wadoEndpoint] },
    extension: [{ url: mado.retrieveLocationUid, valueString: retrieveLocationUid }],
    status: 'active',
    connectionType: { system: systems.connectionType, code: 'dicom-wado-rs', display: 'DICOM WADO-RS' },
    name: 'DICOM WADO-RS',
    payloadType: [{ ...concept(systems.payloadType, 'none', 'None'), text: 'DICOM WADO-RS' }],
    // RAD-107 by name; DICOM XML is left out, for the archive's metadata is JSON.
    payloadMimeType: ['application/dicom', 'application/octet-stream', 'application/dicom+json'],
    address: wadoRsUrl,
  }
}

export function viewerEndpoint(id: string, displayUri: string): BuiltEndpoint {
  return {
    resourceType: 'Endpoint',
    id,
    meta: { profile: [mado.viewerEndpoint] },
    status: 'active',
    connectionType: { system: mado.connectionTypes, code: 'web-viewer', display: 'DICOM web viewer for the study' },
    name: 'Web viewer',
    payloadType: [concept(systems.payloadType, 'none', 'None')],
    payloadMimeType: ['text/html'],
    address: displayUri,
  }
}

export function imagingStudy(study: ManifestStudy, options: ManifestOptions, refs: StudyReferences): BuiltImagingStudy {
  const zone = study.timezoneOffset ?? options.timezoneOffset
  const regions = targetRegionsOf(study.series)
  return {
    resourceType: 'ImagingStudy',
    id: refs.id,
    meta: { profile: [mado.imagingStudy] },
    extension: regions.map((region) => ({ url: mado.anatomicalRegion, valueCodeableConcept: conceptOf(region) })),
    identifier: [studyUidIdentifier(study.studyInstanceUid)],
    status: 'available',
    modality: modalitiesOf(study).map(modalityCoding),
    subject: refs.subject,
    started: fhirDateTime(study.studyDate, study.studyTime, zone),
    basedOn: study.requests.map((request, place) => ({
      ...refs.requests[place],
      type: 'ServiceRequest',
      identifier: accessionIdentifier(request),
    })),
    endpoint: refs.viewer && [refs.viewer],
    numberOfSeries: study.series.length,
    numberOfInstances: study.series.reduce((sum, { instances }) => sum + instances.length, 0),
    procedureCode: study.procedureCode && [conceptOf(study.procedureCode)],
    description: study.description || undefined,
    series: study.series.map((series) => seriesOf(series, refs.wado, zone)),
  }
}

export function modalitiesOf(study: ManifestStudy): readonly string[] {
  return [...new Set(study.series.map(({ modality }) => modality))]
}

export function modalityCoding(modality: string): { readonly system: string; readonly code: string } {
  return { system: systems.dicom, code: modality }
}

function seriesOf(series: ManifestSeries, wado: r4.Reference, zone: string): r4.ImagingStudySeries {
  return {
    uid: series.seriesInstanceUid,
    number: unsigned(series.seriesNumber),
    modality: modalityCoding(series.modality),
    description: series.description || undefined,
    numberOfInstances: series.instances.length,
    endpoint: [wado],
    bodySite: codingOf(targetRegionOf(series)),
    laterality: lateralities[series.laterality ?? ''],
    started: fhirDateTime(series.date, series.time, zone),
    instance: series.instances.map(instanceOf),
  }
}

function instanceOf(instance: ManifestInstance): r4.ImagingStudySeriesInstance {
  const { numberOfFrames, documentTitle, keyObjectDescription } = instance
  return {
    extension: nonEmpty<r4.Extension>([
      ...(numberOfFrames === undefined ? [] : [{ url: mado.numberOfFrames, valueInteger: numberOfFrames }]),
      ...(documentTitle ? [{ url: mado.documentTitle, valueCodeableConcept: conceptOf(documentTitle) }] : []),
    ]),
    uid: instance.sopInstanceUid,
    sopClass: { system: systems.uri, code: `urn:oid:${instance.sopClassUid}` },
    number: unsigned(instance.instanceNumber),
    title: keyObjectDescription || undefined,
  }
}

/** DICOM allows negative numbers (IS), FHIR does not (unsignedInt). */
function unsigned(value: number | undefined): number | undefined {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 && value < 2 ** 31 ? value : undefined
}

const lateralities: Readonly<Record<string, { system: string; code: string; display: string }>> = {
  L: { system: systems.snomedCt, code: '7771000', display: 'Left' },
  R: { system: systems.snomedCt, code: '24028007', display: 'Right' },
  B: { system: systems.snomedCt, code: '51440002', display: 'Right and left' },
}
