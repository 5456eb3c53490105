import { type BuiltEndpoint, type BuiltImagingStudy, endpointsOf, imagingStudyOf, type ManifestStudy } from '@vna/fse'
import type { FoundEntry, ManifestRow } from '@vna/record'
import type * as r4 from 'fhir/r4.js'
import { type ManifestSettings, manifestOptionsOf } from '../publication/manifest-options.ts'

/** The entry as it was registered, with what it is now and where its document lies for this client. */
export function documentReferenceResource({ format, manifest }: FoundEntry, fhirUrl: string): r4.DocumentReference {
  const entry = manifest.entries[format] as r4.DocumentReference
  const content = entry.content.map((part) => {
    const { attachment } = part
    return { ...part, attachment: { ...attachment, url: `${fhirUrl}/${attachment.url}` } }
  })
  const described = { ...entry, meta: metaOf(entry.meta, manifest.changedAt) }
  return { ...described, status: statusOf(manifest), content }
}

/** What `_lastUpdated` looks for. */
function metaOf(meta: r4.Meta | undefined, changedAt: Date | undefined): r4.Meta {
  return { ...(changedAt !== undefined && { lastUpdated: changedAt.toISOString() }), ...meta }
}

function statusOf({ state }: ManifestRow): 'current' | 'superseded' {
  return state === 'SUPERSEDED' ? 'superseded' : 'current'
}

export function imagingStudyResource(
  study: ManifestStudy,
  changedAt: Date | undefined,
  settings: ManifestSettings,
): BuiltImagingStudy {
  const resource = imagingStudyOf(study, optionsOf(study.studyInstanceUid, settings))
  return { ...resource, meta: metaOf(resource.meta, changedAt) }
}

/** The archive's own WADO-RS; without a study, since it is one for all. */
export function wadoEndpointResource(settings: ManifestSettings): BuiltEndpoint {
  const [wado] = endpointsFor('', { ...settings, viewerUrl: undefined })
  if (wado === undefined) throw new Error('there is always a WADO-RS endpoint')
  return wado
}

/** One, or none where no viewer is configured. */
export function viewerEndpointResources(
  studyInstanceUid: string,
  settings: ManifestSettings,
): readonly BuiltEndpoint[] {
  return endpointsFor(studyInstanceUid, settings).slice(1)
}

/** Endpoints are named by the study's UID and the settings; nothing else of the study is looked at. */
function endpointsFor(studyInstanceUid: string, settings: ManifestSettings): readonly BuiltEndpoint[] {
  const study: ManifestStudy = {
    studyInstanceUid,
    institutionName: '',
    patient: { national: undefined, identifiers: [], name: undefined, birthDate: undefined, sex: undefined },
    requests: [],
    series: [],
  }
  return endpointsOf(study, optionsOf(studyInstanceUid, settings))
}

function optionsOf(studyInstanceUid: string, settings: ManifestSettings) {
  return manifestOptionsOf(settings, { studyInstanceUid, version: 1, createdAt: new Date(0) })
}
