import type { FoundEntry, ManifestRow, ManifestStudyRow } from '@vna/catalog'
import { endpointsOf, type FhirEndpoint, type FhirImagingStudy, imagingStudyOf, type ManifestStudy } from '@vna/fse'
import { type ManifestSettings, manifestOptionsOf } from '../publication/manifest-options.ts'

/** The entry as it was registered, with what it is now and where its document lies for this client. */
export function documentReferenceResource({ format, manifest }: FoundEntry, fhirUrl: string): Record<string, unknown> {
  const entry = manifest.entries[format] as Record<string, unknown>
  const content = (entry.content as readonly Record<string, unknown>[]).map((part) => {
    const attachment = part.attachment as Record<string, unknown>
    return { ...part, attachment: { ...attachment, url: `${fhirUrl}/${String(attachment.url)}` } }
  })
  return { ...entry, status: statusOf(manifest), content }
}

function statusOf({ state }: ManifestRow): 'current' | 'superseded' {
  return state === 'SUPERSEDED' ? 'superseded' : 'current'
}

export function imagingStudyResource(study: ManifestStudyRow, settings: ManifestSettings): FhirImagingStudy {
  return imagingStudyOf(study, optionsOf(study.studyInstanceUid, settings))
}

/** The archive's own WADO-RS; without a study, since it is one for all. */
export function wadoEndpointResource(settings: ManifestSettings): FhirEndpoint {
  const [wado] = endpointsFor('', { ...settings, viewerUrl: undefined })
  if (wado === undefined) throw new Error('there is always a WADO-RS endpoint')
  return wado
}

export function viewerEndpointResource(studyInstanceUid: string, settings: ManifestSettings): FhirEndpoint | undefined {
  return endpointsFor(studyInstanceUid, settings)[1]
}

/** Endpoints are named by the study's UID and the settings; nothing else of the study is looked at. */
function endpointsFor(studyInstanceUid: string, settings: ManifestSettings): readonly FhirEndpoint[] {
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
