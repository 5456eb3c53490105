import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { BuiltBundle, BuiltDocumentReference, BuiltList } from '../fhir/built.ts'
import { encodeFhir } from '../fhir/encode-fhir.ts'
import { mado, mhdNames } from '../fhir/mado.ts'
import { buildFhirManifest } from './build-fhir-manifest.ts'
import { buildKosManifest } from './build-kos-manifest.ts'
import { contentHashOf, manifestUidOf, submissionUidOf } from './manifest-identity.ts'
import { documentReferenceOf, type ProvideDocumentInput, provideDocumentBundle } from './register-manifest.ts'
import { accessionIssuer, inventedStudy, manifestOptions, ordered, second, studyUid } from './testing/invented-study.ts'
import { fhirErrorsOf } from './testing/validate-fhir.ts'

const options = manifestOptions()
const study = inventedStudy({ requests: [ordered, second] })
const document = { sizeBytes: 3, sha1Base64: createHash('sha1').update('abc').digest('base64') }
const former = { kos: 'DocumentReference/old-kos', fhir: 'DocumentReference/old-fhir' }
const input: ProvideDocumentInput = {
  study,
  options,
  kos: buildKosManifest(study, options),
  fhir: encodeFhir(buildFhirManifest(study, options)),
}

const parse = <T>(resource: T): T => JSON.parse(JSON.stringify(resource)) as T
const oid = (uid: string) => ({ system: 'urn:ietf:rfc:3986', value: `urn:oid:${uid}` })

function documentsOf(bundle: BuiltBundle): readonly BuiltDocumentReference[] {
  return bundle.entry.flatMap(({ resource }) =>
    resource.resourceType === 'DocumentReference' ? [resource as BuiltDocumentReference] : [],
  )
}

describe('document entry', () => {
  const reference = (format: 'kos' | 'fhir', changes = {}) =>
    parse(documentReferenceOf({ study, options, format, document, url: 'urn:x', status: 'current', ...changes }))

  it.each([
    ['kos', 'application/dicom', '1.2.840.10008.5.1.4.1.1.88.59', mado.kosDocumentReference],
    ['fhir', 'application/fhir+json', 'urn:ihe:rad:MADO:fhir-manifest:2026', mado.fhirDocumentReference],
  ] as const)('of the format %s', (format, contentType, code, profile) => {
    const found = reference(format)
    expect(found).toMatchObject({
      meta: { profile: [profile] },
      status: 'current',
      masterIdentifier: oid(manifestUidOf(study, options)),
      type: { coding: [{ system: 'http://loinc.org', code: '18748-4' }] },
      category: [{ coding: [{ code: 'Medical-Imaging' }] }],
      subject: { identifier: { value: 'BNCNNA75B41F205W' } },
      securityLabel: [{ coding: [{ code: 'N' }] }],
    })
    expect(found.identifier).toContainEqual(found.masterIdentifier)
    expect(found.content).toMatchObject([
      {
        format: { code },
        attachment: {
          contentType,
          language: 'it-IT',
          url: 'urn:x',
          size: 3,
          // SHA-1 of `abc` (FIPS 180-4), not in hex and not SHA-256.
          hash: 'qZk+NkcGgWq6PiVxeFDCbJzQ2J0=',
          creation: '2026-01-11T08:30:00+01:00',
        },
      },
    ])
    expect(fhirErrorsOf(found)).toEqual([])
  })

  it('carries study, accessions and orders for a search', () => {
    const { related, period, facilityType, practiceSetting, event } = reference('kos').context
    expect(related.map(({ identifier }) => [identifier?.system, identifier?.value])).toEqual([
      ['urn:dicom:uid', `urn:oid:${studyUid}`],
      [`urn:oid:${accessionIssuer}`, 'ACC0001'],
      ['urn:oid:2.16.840.1.113883.2.9.2.30.5.2', 'P1'],
      ['urn:oid:2.16.840.1.113883.2.9.2.30.5.3', 'F1'],
      [`urn:oid:${accessionIssuer}`, 'ACC0002'],
    ])
    expect(period).toEqual({ start: '2026-01-10T10:10:00+01:00' })
    expect(facilityType.coding?.[0]?.code).toBe('22232009')
    expect(practiceSetting.coding?.[0]?.code).toBe('394914008')
    expect(event?.[0]?.coding?.[0]?.code).toBe('87.41')
    const codes = (url: string) =>
      reference('kos')
        .extension?.filter((one) => one.url === url)
        .map((one) => one.valueCodeableConcept?.coding?.[0]?.code)
    expect(codes(mado.documentModality)).toEqual(['CT', 'ECG', 'KO'])
    expect(codes(mado.documentBodySite)).toEqual(['67734004', '80891009', '38266002'])
  })

  it('dates an exam without a date by its manifest', () => {
    const undated = { ...study, studyDate: undefined }
    expect(reference('kos', { study: undated }).context.period?.start).toBe('2026-01-11T08:30:00+01:00')
  })

  it('takes every national code from the configuration, which no manifest and no hash depends on', () => {
    const code = (value: string) => ({ code: value, scheme: '2.16.840.1.113883.2.9.77', meaning: value })
    const submission = {
      type: code('T'),
      category: code('C'),
      facilityType: code('F'),
      practiceSetting: code('P'),
      confidentiality: 'R',
      language: 'de-IT',
    } as const
    const configured = { ...options, submission }
    const found = reference('kos', { options: configured })
    const concepts = [found.type, found.category[0], found.context.facilityType, found.context.practiceSetting]
    expect(concepts.map((one) => one?.coding?.[0]?.code)).toEqual(['T', 'C', 'F', 'P'])
    expect(concepts[0]?.coding?.[0]?.system).toBe('urn:oid:2.16.840.1.113883.2.9.77')
    expect(found.securityLabel[0]?.coding?.[0]?.code).toBe('R')
    expect(found.content[0]?.attachment.language).toBe('de-IT')
    expect(contentHashOf(study, configured)).toBe(contentHashOf(study, options))
    expect(buildKosManifest(study, configured)).toEqual(input.kos)
  })

  it.each(['superseded', 'entered-in-error'] as const)('can be %s, and names what it replaces', (status) => {
    const found = reference('kos', { status, replaces: former.kos, related: 'DocumentReference/other' })
    expect(found.status).toBe(status)
    expect(found.relatesTo?.map(({ code, target }) => `${code} ${target.reference}`)).toEqual([
      'replaces DocumentReference/old-kos',
      'transforms DocumentReference/other',
    ])
  })
})

describe('submission of both formats (ITI-65)', () => {
  const bundle = parse(provideDocumentBundle({ ...input, replaces: former }))
  const list = bundle.entry[0]?.resource as BuiltList

  it('is a transaction of a SubmissionSet, two entries and two documents, valid R4', () => {
    expect(bundle).toMatchObject({ type: 'transaction', meta: { profile: [mhdNames.provideBundle] } })
    const types = bundle.entry.map(
      ({ resource, request }) => `${request?.method} ${request?.url} ${resource.resourceType}`,
    )
    const posts = ['List', 'DocumentReference', 'Binary', 'DocumentReference', 'Binary'].map(
      (type) => `POST ${type} ${type}`,
    )
    expect(types).toEqual(posts)
    expect(fhirErrorsOf(bundle)).toEqual([])
    expect(new Set(bundle.entry.map(({ fullUrl }) => fullUrl)).size).toBe(5)
  })

  it('has a SubmissionSet with identifiers, source, kind and content', () => {
    expect(list).toMatchObject({
      status: 'current',
      mode: 'working',
      code: { coding: [{ system: mhdNames.listTypes, code: 'submissionset' }] },
      date: '2026-01-11T08:30:00+01:00',
      extension: [
        { url: mhdNames.sourceId, valueIdentifier: oid('2.16.840.1.113883.2.9.2.30') },
        { url: mhdNames.designationType },
      ],
    })
    expect(list.identifier.map(({ use }) => use)).toEqual(['official', 'usual'])
    expect(list.identifier[1]).toMatchObject(oid(submissionUidOf(study, options)))
    expect(submissionUidOf(study, options)).not.toBe(manifestUidOf(study, options))
    const urls = bundle.entry.filter(({ resource }) => resource.resourceType === 'DocumentReference')
    expect(list.entry.map(({ item }) => item.reference)).toEqual(urls.map(({ fullUrl }) => fullUrl))
  })

  it('makes each format a transform of the other, and each a replacement of its former one', () => {
    const [kos, fhir] = bundle.entry.filter(({ resource }) => resource.resourceType === 'DocumentReference')
    const relations = documentsOf(bundle).map(({ relatesTo }) =>
      relatesTo?.map(({ code, target }) => [code, target.reference]),
    )
    expect(relations).toEqual([
      [
        ['replaces', former.kos],
        ['transforms', fhir?.fullUrl],
      ],
      [
        ['replaces', former.fhir],
        ['transforms', kos?.fullUrl],
      ],
    ])
    const first = documentsOf(parse(provideDocumentBundle(input)))
    expect(first.flatMap(({ relatesTo }) => relatesTo?.map(({ code }) => code))).toEqual(['transforms', 'transforms'])
  })

  it('carries the bytes, with their size and SHA-1', () => {
    const binaries = new Map(
      bundle.entry.flatMap(({ fullUrl, resource }) =>
        resource.resourceType === 'Binary' ? [[fullUrl, resource] as const] : [],
      ),
    )
    for (const [place, bytes] of [input.kos, input.fhir].entries()) {
      const attachment = documentsOf(bundle)[place]?.content[0]?.attachment
      const binary = binaries.get(attachment?.url ?? '')
      expect(Buffer.from(binary?.data ?? '', 'base64')).toEqual(Buffer.from(bytes))
      expect(binary?.contentType).toBe(attachment?.contentType)
      expect(attachment?.size).toBe(bytes.length)
      expect(attachment?.hash).toBe(createHash('sha1').update(bytes).digest('base64'))
    }
  })

  it('is equal when it is sent again', () => {
    const again = structuredClone({ ...input, replaces: former })
    expect(encodeFhir(provideDocumentBundle(again))).toEqual(
      encodeFhir(provideDocumentBundle({ ...input, replaces: former })),
    )
  })
})
