import { createHash } from 'node:crypto'
import type * as r4 from 'fhir/r4.js'
import type { BuiltBundle, BuiltDocumentReference, BuiltList } from '../fhir/built.ts'
import { fhirDateTime, fhirInstant } from '../fhir/fhir-time.ts'
import { mado, mhdNames } from '../fhir/mado.ts'
import {
  accessionIdentifier,
  concept,
  conceptOf,
  oidIdentifier,
  orderIdentifiersOf,
  studyUidIdentifier,
  systems,
} from '../fhir/terms.ts'
import type { ManifestStudy } from '../model/manifest-study.ts'
import { categoryOf } from './build-fhir-manifest.ts'
import { checkOptions, checkStudy } from './check-study.ts'
import { modalitiesOf, modalityCoding, subjectOf } from './imaging-study.ts'
import { idOfUrn, manifestUidOf, resourceUrn, submissionUidOf } from './manifest-identity.ts'
import type { ManifestOptions } from './manifest-options.ts'
import { submissionOf } from './submission-options.ts'
import { targetRegionsOf } from './target-region.ts'

export type ManifestFormat = 'kos' | 'fhir'

export interface DocumentReferenceInput {
  readonly study: ManifestStudy
  readonly options: ManifestOptions
  readonly format: ManifestFormat
  readonly document: {
    readonly sizeBytes: number /** Base64 of SHA-1 (FHIR Attachment.hash). */
    readonly sha1Base64: string
  }
  /** Where the document is. */
  readonly url: string
  /** Reference to the former version's DocumentReference. */
  readonly replaces?: string | undefined
  /** Reference to the DocumentReference of the same manifest in the other format. */
  readonly related?: string | undefined
  readonly status: 'current' | 'superseded' | 'entered-in-error'
}

const formats = {
  kos: {
    profile: mado.kosDocumentReference,
    mime: 'application/dicom',
    format: {
      system: systems.dicomUid,
      code: '1.2.840.10008.5.1.4.1.1.88.59',
      display: 'Key Object Selection Document',
    },
  },
  fhir: {
    profile: mado.fhirDocumentReference,
    mime: 'application/fhir+json',
    format: { system: systems.formatCode, code: 'urn:ihe:rad:MADO:fhir-manifest:2026', display: 'MADO FHIR manifest' },
  },
} as const

const contentExtensions: Readonly<Record<ManifestFormat, r4.Extension[] | undefined>> = {
  kos: undefined,
  fhir: [{ url: mado.contentProfile, extension: [{ url: 'value[x]', valueCanonical: mado.bundle }] }],
}

/** The document entry of one manifest (MADO on MHD). Its master identifier is the manifest's UID in both formats. */
export function documentReferenceOf(input: DocumentReferenceInput): BuiltDocumentReference {
  const { study, options, format, replaces, related } = input
  checkStudy(study)
  checkOptions(options)
  const submission = submissionOf(options)
  const manifestUid = manifestUidOf(study, options)
  const urn = documentUrnOf(study, options, format)
  const unique: r4.Identifier = { use: 'usual', ...oidIdentifier(manifestUid) }
  const entryUuid: r4.Identifier = { use: 'official', system: systems.uri, value: urn }
  const links = [
    ...(replaces === undefined ? [] : [{ code: 'replaces' as const, target: documentTarget(replaces) }]),
    ...(related === undefined ? [] : [{ code: 'transforms' as const, target: documentTarget(related) }]),
  ]
  return {
    resourceType: 'DocumentReference',
    id: idOfUrn(urn),
    meta: { profile: [formats[format].profile] },
    extension: searchExtensions(study),
    masterIdentifier: unique,
    identifier: [unique, entryUuid],
    status: input.status,
    type: conceptOf(submission.type),
    category: [categoryOf(options)],
    subject: subjectOf(study),
    date: fhirInstant(options.createdAt, options.timezoneOffset),
    author: authorsOf(study, options),
    relatesTo: links.length === 0 ? undefined : links,
    description: submission.title,
    securityLabel: [concept(systems.confidentiality, submission.confidentiality)],
    content: [contentOf(input)],
    context: contextOf(study, options),
  }
}

/** Names the entry within its submission and, as entryUUID, at the registry. */
function documentUrnOf(study: ManifestStudy, options: ManifestOptions, format: ManifestFormat): string {
  return resourceUrn(manifestUidOf(study, options), `DocumentReference ${format}`)
}

function documentTarget(reference: string): r4.Reference {
  return { reference, type: 'DocumentReference' }
}

/** R5's modality and bodySite, on which MADO searches. */
function searchExtensions(study: ManifestStudy): r4.DocumentReference['extension'] {
  return [
    ...modalitiesOf(study).map((modality) => ({
      url: mado.documentModality,
      valueCodeableConcept: { coding: [modalityCoding(modality)] },
    })),
    ...targetRegionsOf(study.series).map((region) => ({
      url: mado.documentBodySite,
      valueCodeableConcept: conceptOf(region),
    })),
  ]
}

/** By what they are called: a registry does not know our resources. */
function authorsOf(study: ManifestStudy, options: ManifestOptions): r4.Reference[] {
  const identifier = study.institutionOid === undefined ? undefined : oidIdentifier(study.institutionOid)
  return [
    { type: 'Organization', identifier, display: study.institutionName },
    { type: 'Device', display: options.manufacturer },
  ]
}

function contentOf(input: DocumentReferenceInput): r4.DocumentReference['content'][number] {
  const { options, format, document, url } = input
  const { language, title } = submissionOf(options)
  return {
    extension: contentExtensions[format],
    attachment: {
      contentType: formats[format].mime,
      language,
      url,
      size: document.sizeBytes,
      hash: document.sha1Base64,
      title,
      creation: fhirInstant(options.createdAt, options.timezoneOffset),
    },
    format: formats[format].format,
  }
}

function contextOf(study: ManifestStudy, options: ManifestOptions): BuiltDocumentReference['context'] {
  const { facilityType, practiceSetting } = submissionOf(options)
  const zone = study.timezoneOffset ?? options.timezoneOffset
  // An exam without a date is dated by its manifest, as in the KOS.
  const start = fhirDateTime(study.studyDate, study.studyTime, zone)
  return {
    event: study.procedureCode && [conceptOf(study.procedureCode)],
    period: { start: start ?? fhirInstant(options.createdAt, options.timezoneOffset) },
    facilityType: conceptOf(facilityType),
    practiceSetting: conceptOf(practiceSetting),
    sourcePatientInfo: subjectOf(study),
    related: [
      { type: 'ImagingStudy', identifier: studyUidIdentifier(study.studyInstanceUid) },
      ...study.requests.flatMap((request) =>
        [accessionIdentifier(request), ...orderIdentifiersOf(request)].map((identifier) => ({
          type: 'ServiceRequest',
          identifier,
        })),
      ),
    ],
  }
}

export interface ProvideDocumentInput {
  readonly study: ManifestStudy
  readonly options: ManifestOptions
  /** The documents as `buildKosManifest` and `encodeFhir(buildFhirManifest())` gave them. */
  readonly kos: Uint8Array
  readonly fhir: Uint8Array
  /** References to the former version's DocumentReferences at the recipient. */
  readonly replaces?: { readonly kos: string; readonly fhir: string } | undefined
}

/** ITI-65: both formats in one submission, each a transform of the other. Sent again it is equal, byte by byte. */
export function provideDocumentBundle(input: ProvideDocumentInput): BuiltBundle {
  const { study, options } = input
  checkStudy(study)
  checkOptions(options)
  const urn = (name: string) => resourceUrn(submissionUidOf(study, options), name)
  const documents = (['kos', 'fhir'] as const).flatMap((format) => documentEntries(input, format, urn))
  return {
    resourceType: 'Bundle',
    id: idOfUrn(urn('Bundle')),
    meta: { profile: [mhdNames.provideBundle] },
    type: 'transaction',
    timestamp: fhirInstant(options.createdAt, options.timezoneOffset),
    entry: [posted(urn('List'), submissionSet(input, urn)), ...documents],
  }
}

type Urn = (name: string) => string

function documentEntries(
  { study, options, replaces, ...bytes }: ProvideDocumentInput,
  format: ManifestFormat,
  urn: Urn,
): BuiltBundle['entry'] {
  const content = bytes[format]
  const binaryUrn = urn(`Binary ${format}`)
  const reference = documentReferenceOf({
    study,
    options,
    format,
    document: { sizeBytes: content.length, sha1Base64: createHash('sha1').update(content).digest('base64') },
    url: binaryUrn,
    replaces: replaces?.[format],
    related: documentUrnOf(study, options, format === 'kos' ? 'fhir' : 'kos'),
    status: 'current',
  })
  const data = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('base64')
  return [
    posted(documentUrnOf(study, options, format), reference),
    posted(binaryUrn, {
      resourceType: 'Binary',
      id: idOfUrn(binaryUrn),
      contentType: formats[format].mime,
      data,
    }),
  ]
}

function posted(fullUrl: string, resource: r4.FhirResource): BuiltBundle['entry'][number] {
  return { fullUrl, resource, request: { method: 'POST', url: resource.resourceType } }
}

/** The SubmissionSet of MHD. */
function submissionSet({ study, options }: ProvideDocumentInput, urn: Urn): BuiltList {
  const submission = submissionOf(options)
  const entryUuid: r4.Identifier = { use: 'official', system: systems.uri, value: urn('List') }
  return {
    resourceType: 'List',
    id: idOfUrn(urn('List')),
    meta: { profile: [mhdNames.submissionSet] },
    extension: [
      { url: mhdNames.sourceId, valueIdentifier: oidIdentifier(submission.sourceId) },
      { url: mhdNames.designationType, valueCodeableConcept: conceptOf(submission.contentType) },
    ],
    identifier: [entryUuid, { use: 'usual', ...oidIdentifier(submissionUidOf(study, options)) }],
    status: 'current',
    mode: 'working',
    title: submission.title,
    code: concept(mhdNames.listTypes, 'submissionset', 'SubmissionSet as a FHIR List'),
    subject: subjectOf(study),
    date: fhirInstant(options.createdAt, options.timezoneOffset),
    source: { type: 'Device', display: options.manufacturer },
    entry: (['kos', 'fhir'] as const).map((format) => ({
      item: documentTarget(documentUrnOf(study, options, format)),
    })),
  }
}
