import type * as r4 from 'fhir/r4.js'
import type { BuiltBundle } from '../fhir/built.ts'
import { escapeXml } from '../fhir/escape-xml.ts'
import { fhirDate, fhirInstant } from '../fhir/fhir-time.ts'
import { mado } from '../fhir/mado.ts'
import {
  accessionIdentifier,
  concept,
  conceptOf,
  oidIdentifier,
  orderIdentifiersOf,
  patientIdentifier,
  systems,
} from '../fhir/terms.ts'
import type { ManifestRequest, ManifestSeries, ManifestStudy } from '../model/manifest-study.ts'
import { allIdentifiersOf, checkOptions, checkStudy } from './check-study.ts'
import { imagingStudy, modalitiesOf, viewerEndpoint, wadoEndpoint } from './imaging-study.ts'
import { idOfUrn, manifestUidOf, resourceUrn } from './manifest-identity.ts'
import type { ManifestOptions } from './manifest-options.ts'
import { submissionOf } from './submission-options.ts'

/**
 * The manifest as FHIR R4 document (MadoFhirBundle), the same instances as in the KOS. Its identifier is the SOP Instance
 * UID of the KOS. Equal input gives an equal bundle. Throws ManifestError.
 */
export function buildFhirManifest(study: ManifestStudy, options: ManifestOptions): BuiltBundle {
  checkStudy(study)
  checkOptions(options)
  const manifestUid = manifestUidOf(study, options)
  const urn = (name: string) => resourceUrn(manifestUid, name)
  const parts: readonly (r4.FhirResource | undefined)[] = [
    composition(study, options, urn),
    imagingStudy(study, options, {
      id: idOfUrn(urn('ImagingStudy')),
      subject: referenceTo(urn, 'Patient'),
      wado: referenceTo(urn, 'Endpoint'),
      viewer: options.displayUri === undefined ? undefined : referenceTo(urn, 'Endpoint', 'viewer'),
      requests: study.requests.map((_, place) => referenceTo(urn, 'ServiceRequest', `${place}`)),
    }),
    patient(study, idOfUrn(urn('Patient'))),
    wadoEndpoint(idOfUrn(urn('Endpoint')), options),
    options.displayUri === undefined ? undefined : viewerEndpoint(idOfUrn(urn('Endpoint viewer')), options.displayUri),
    device(options, idOfUrn(urn('Device')), referenceTo(urn, 'Organization')),
    organization(study, idOfUrn(urn('Organization'))),
    ...study.requests.map((request, place) => serviceRequest(study, request, urn, place)),
  ]
  return {
    resourceType: 'Bundle',
    id: idOfUrn(urn('Bundle')),
    meta: { profile: [mado.bundle] },
    identifier: oidIdentifier(manifestUid),
    type: 'document',
    timestamp: fhirInstant(options.createdAt, options.timezoneOffset),
    entry: parts.flatMap((resource) => (resource ? [{ fullUrl: `urn:uuid:${resource.id}`, resource }] : [])),
  }
}

type Urn = (name: string) => string

function referenceTo(urn: Urn, type: string, name?: string): r4.Reference {
  return { reference: urn(name === undefined ? type : `${type} ${name}`), type }
}

function composition(study: ManifestStudy, options: ManifestOptions, urn: Urn): r4.Composition {
  const submission = submissionOf(options)
  const organizationReference = referenceTo(urn, 'Organization')
  const instances = study.series.reduce((sum, series) => sum + series.instances.length, 0)
  const summary = [submission.title, modalitiesOf(study).join(' '), study.description]
  return {
    resourceType: 'Composition',
    id: idOfUrn(urn('Composition')),
    meta: { profile: [mado.composition] },
    text: narrative([...summary, `${study.series.length} serie`, `${instances} istanze`]),
    identifier: oidIdentifier(manifestUidOf(study, options)),
    status: 'final',
    type: conceptOf(submission.type),
    category: [categoryOf(options)],
    subject: referenceTo(urn, 'Patient'),
    date: fhirInstant(options.createdAt, options.timezoneOffset),
    author: [referenceTo(urn, 'Device'), organizationReference],
    title: submission.title,
    confidentiality: submission.confidentiality,
    custodian: organizationReference,
    event: [{ detail: [referenceTo(urn, 'ImagingStudy')] }],
    section: study.series.map(section),
  }
}

/** The EU priority category, where the configuration names no other. */
export function categoryOf(options: ManifestOptions): r4.CodeableConcept {
  const { category } = submissionOf(options)
  return category ? conceptOf(category) : concept(systems.priorityCategory, 'Medical-Imaging', 'Medical Imaging')
}

function section(series: ManifestSeries): { readonly title: string; readonly text: r4.Narrative } {
  const number = series.seriesNumber === undefined ? undefined : `n. ${series.seriesNumber}`
  const words = [series.modality, number, series.description].filter(Boolean)
  return {
    title: words.join(' '),
    text: narrative([...words, `${series.instances.length} istanze`, series.seriesInstanceUid]),
  }
}

function narrative(words: readonly (string | undefined)[]): r4.Narrative {
  const text = escapeXml(words.filter(Boolean).join(' · '))
  return { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${text}</p></div>` }
}

function patient(study: ManifestStudy, id: string): r4.Patient {
  const genders = { M: 'male', F: 'female', O: 'other' } as const
  return {
    resourceType: 'Patient',
    id,
    meta: { profile: [mado.patient] },
    identifier: allIdentifiersOf(study).map(patientIdentifier),
    name: humanName(study.patient.name),
    gender: genders[study.patient.sex as keyof typeof genders],
    birthDate: fhirDate(study.patient.birthDate),
  }
}

/** PN: family^given^middle^prefix^suffix, alphabetic group. */
function humanName(name: string | undefined): r4.HumanName[] | undefined {
  const parts = (name?.split('=')[0] ?? '').split('^').map((part) => part.trim())
  const [family, given, middle, prefix, suffix] = parts
  if (parts.every((part) => part === '')) return undefined
  const listOf = (...values: (string | undefined)[]) => {
    const present = values.filter((value) => value !== undefined && value !== '') as string[]
    return present.length === 0 ? undefined : present
  }
  const text = [prefix, given, middle, family, suffix].filter(Boolean).join(' ') || parts.filter(Boolean).join(' ')
  return [
    { text, family: family || undefined, given: listOf(given, middle), prefix: listOf(prefix), suffix: listOf(suffix) },
  ]
}

function device(options: ManifestOptions, id: string, owner: r4.Reference): r4.Device {
  return {
    resourceType: 'Device',
    id,
    meta: { profile: [mado.creator] },
    type: concept(mado.deviceType, 'mado-creator', 'MADO Creator'),
    manufacturer: options.manufacturer,
    owner,
  }
}

function organization(study: ManifestStudy, id: string): r4.Organization {
  return {
    resourceType: 'Organization',
    id,
    meta: { profile: [mado.creatorOrganization] },
    identifier: study.institutionOid === undefined ? undefined : [oidIdentifier(study.institutionOid)],
    name: study.institutionName,
  }
}

function serviceRequest(study: ManifestStudy, request: ManifestRequest, urn: Urn, place: number): r4.ServiceRequest {
  return {
    resourceType: 'ServiceRequest',
    id: idOfUrn(urn(`ServiceRequest ${place}`)),
    meta: { profile: [mado.requestedProcedure] },
    identifier: [accessionIdentifier(request), ...orderIdentifiersOf(request)],
    status: 'completed',
    intent: 'order',
    code: study.procedureCode && conceptOf(study.procedureCode),
    subject: referenceTo(urn, 'Patient'),
  }
}
