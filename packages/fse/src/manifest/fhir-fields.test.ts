import type * as r4 from 'fhir/r4.js'
import { describe, expect, it } from 'vitest'
import { encodeFhir } from '../fhir/encode-fhir.ts'
import { mado } from '../fhir/mado.ts'
import type { ManifestStudy } from '../model/manifest-study.ts'
import { buildFhirManifest } from './build-fhir-manifest.ts'
import { generatedAccessionMark } from './generated-accession.ts'
import { endpointsOf, imagingStudyOf } from './imaging-study.ts'
import { manifestUidOf } from './manifest-identity.ts'
import {
  accessionIssuer,
  generated,
  inventedStudy,
  keyObject,
  manifestOptions,
  multiFrame,
  ordered,
  ownIssuer,
  second,
  simple,
  studyUid,
  waveform,
} from './testing/invented-study.ts'
import { fhirErrorsOf } from './testing/validate-fhir.ts'

interface Json {
  readonly [key: string]: unknown
}
const parse = (resource: r4.FhirResource): Json => JSON.parse(new TextDecoder().decode(encodeFhir(resource)))

/** `a.0.b` inside a JSON value. */
function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((found, key) => (found as Json | undefined)?.[key], value)
}

function resourcesOf(study: ManifestStudy, options = manifestOptions()): readonly Json[] {
  const bundle = parse(buildFhirManifest(study, options))
  return (bundle.entry as Json[]).map(({ resource }) => resource as Json)
}

function resource(type: string, study = inventedStudy()): Json {
  const found = resourcesOf(study).find(({ resourceType }) => resourceType === type)
  if (found === undefined) throw new Error(`no ${type}`)
  return found
}

const manifestUrn = `urn:oid:${manifestUidOf(inventedStudy(), manifestOptions())}`
const dcm = 'http://dicom.nema.org/resources/ontology/DCM'

/** MADO 0.1: resource, path, value. */
const fields: readonly (readonly [type: string, path: string, value: unknown])[] = [
  ['Composition', 'identifier.value', manifestUrn],
  ['Composition', 'status', 'final'],
  [
    'Composition',
    'type.coding.0',
    { system: 'http://loinc.org', code: '18748-4', display: 'Diagnostic imaging study' },
  ],
  ['Composition', 'category.0.coding.0.code', 'Medical-Imaging'],
  ['Composition', 'date', '2026-01-11T08:30:00+01:00'],
  ['Composition', 'text.status', 'generated'],
  ['Composition', 'author.0.type', 'Device'],
  ['Composition', 'author.1.type', 'Organization'],
  ['Composition', 'event.0.detail.0.type', 'ImagingStudy'],
  ['Composition', 'section.length', 3],
  ['Composition', 'section.0.title', 'CT n. 1 Serie 1 è "prova"'],
  ['Composition', 'confidentiality', 'N'],
  ['ImagingStudy', 'identifier.0.system', 'urn:dicom:uid'],
  ['ImagingStudy', 'identifier.0.value', `urn:oid:${studyUid}`],
  ['ImagingStudy', 'identifier.0.type.coding.0.code', '110180'],
  ['ImagingStudy', 'extension.0.url', mado.anatomicalRegion],
  ['ImagingStudy', 'extension.0.valueCodeableConcept.coding.0.code', '67734004'],
  ['ImagingStudy', 'extension.length', 3],
  ['ImagingStudy', 'started', '2026-01-10T10:10:00+01:00'],
  ['ImagingStudy', 'modality.1', { system: dcm, code: 'ECG' }],
  ['ImagingStudy', 'numberOfSeries', 3],
  ['ImagingStudy', 'numberOfInstances', 4],
  ['ImagingStudy', 'description', 'TC torace'],
  ['ImagingStudy', 'procedureCode.0.text', 'TC del torace'],
  ['ImagingStudy', 'basedOn.0.identifier.type.coding.0.code', 'ACSN'],
  ['ImagingStudy', 'basedOn.0.identifier.type.coding.1.code', '121022'],
  ['ImagingStudy', 'basedOn.0.identifier.system', `urn:oid:${accessionIssuer}`],
  ['ImagingStudy', 'basedOn.0.identifier.value', 'ACC0001'],
  ['ImagingStudy', 'basedOn.0.identifier.assigner', undefined],
  ['ImagingStudy', 'series.0.uid', `${studyUid}.1`],
  ['ImagingStudy', 'series.0.number', 1],
  ['ImagingStudy', 'series.0.description', 'Serie 1 è "prova"'],
  ['ImagingStudy', 'series.0.numberOfInstances', 2],
  ['ImagingStudy', 'series.0.bodySite.code', '67734004'],
  ['ImagingStudy', 'series.0.started', '2026-01-10T10:15:00+01:00'],
  ['ImagingStudy', 'series.0.endpoint.length', 1],
  ['ImagingStudy', 'series.0.instance.0.extension', undefined],
  ['ImagingStudy', 'series.0.instance.0.number', 1],
  ['ImagingStudy', 'series.0.instance.1.uid', multiFrame.sopInstanceUid],
  ['ImagingStudy', 'series.0.instance.1.extension.0', { url: mado.numberOfFrames, valueInteger: 24 }],
  ['ImagingStudy', 'series.1.instance.0.sopClass.code', `urn:oid:${waveform.sopClassUid}`],
  ['ImagingStudy', 'series.1.instance.0.sopClass.system', 'urn:ietf:rfc:3986'],
  ['ImagingStudy', 'series.2.instance.0.extension.0.url', mado.documentTitle],
  ['ImagingStudy', 'series.2.instance.0.extension.0.valueCodeableConcept.coding.0.code', '113000'],
  ['ImagingStudy', 'series.2.instance.0.title', keyObject.keyObjectDescription],
  ['Patient', 'identifier.0.value', 'BNCNNA75B41F205W'],
  ['Patient', 'identifier.0.system', 'urn:oid:2.16.840.1.113883.2.9.4.3.2'],
  ['Patient', 'identifier.1.system', 'entity:ASST-TEST'],
  ['Patient', 'name.0', { text: 'Anna Bianchi', family: 'Bianchi', given: ['Anna'] }],
  ['Patient', 'birthDate', '1975-02-01'],
  ['Patient', 'gender', 'female'],
  ['Endpoint', 'extension.0', { url: mado.retrieveLocationUid, valueString: '2.16.840.1.113883.2.9.2.30.9.1' }],
  ['Endpoint', 'status', 'active'],
  ['Endpoint', 'connectionType.code', 'dicom-wado-rs'],
  ['Endpoint', 'payloadType.0.text', 'DICOM WADO-RS'],
  ['Endpoint', 'payloadType.0.coding.0.code', 'none'],
  ['Endpoint', 'address', 'https://vna.example/dicom-web'],
  ['Device', 'type.coding.0.code', 'mado-creator'],
  ['Device', 'manufacturer', 'VNA'],
  ['Device', 'owner.type', 'Organization'],
  ['Organization', 'name', 'Ospedale Inventato'],
  ['Organization', 'identifier.0.value', 'urn:oid:2.16.840.1.113883.2.9.4.1.2.1'],
  ['ServiceRequest', 'status', 'completed'],
  ['ServiceRequest', 'intent', 'order'],
  ['ServiceRequest', 'identifier.length', 1],
  ['ServiceRequest', 'code.coding.0.code', '87.41'],
]

const requestCases = { simple: [simple], group: [simple, second], absent: [generated], ordered: [ordered] } as const

describe('FHIR manifest', () => {
  it.each(fields)('%s %s is %j', (type, path, value) => {
    expect(at(resource(type), path)).toEqual(value)
  })

  it('is a document with the identifier of the KOS, its Composition first', () => {
    const bundle = parse(buildFhirManifest(inventedStudy(), manifestOptions()))
    expect(bundle).toMatchObject({
      type: 'document',
      identifier: { system: 'urn:ietf:rfc:3986', value: manifestUrn },
      timestamp: '2026-01-11T08:30:00+01:00',
      meta: { profile: [mado.bundle] },
    })
    const types = (bundle.entry as { resource: Json }[]).map((entry) => entry.resource.resourceType)
    const wanted = ['Composition', 'ImagingStudy', 'Patient', 'Endpoint', 'Endpoint', 'Device', 'Organization']
    expect(types).toEqual([...wanted, 'ServiceRequest'])
  })

  it('refers to nothing that is not in it', () => {
    const bundle = parse(buildFhirManifest(inventedStudy({ requests: [simple, second] }), manifestOptions()))
    const urls = new Set((bundle.entry as Json[]).map(({ fullUrl }) => fullUrl))
    const references = [...JSON.stringify(bundle).matchAll(/"reference":"([^"]+)"/g)].map(([, found]) => found)
    expect(references.length).toBeGreaterThan(10)
    expect(references.filter((found) => !urls.has(found))).toEqual([])
    expect(urls.size).toBe((bundle.entry as Json[]).length)
  })

  it.each(Object.entries(requestCases))('is valid R4 for requests: %s', (_name, requests) => {
    const study = inventedStudy({ requests })
    const options = manifestOptions()
    for (const made of [
      buildFhirManifest(study, options),
      imagingStudyOf(study, options),
      ...endpointsOf(study, options),
    ])
      expect(fhirErrorsOf(parse(made))).toEqual([])
  })

  it('is valid R4 where hardly anything is known', () => {
    const study = inventedStudy({
      studyDate: undefined,
      description: undefined,
      procedureCode: undefined,
      institutionOid: undefined,
      patient: { ...inventedStudy().patient, name: '^^', birthDate: '19', sex: '' },
    })
    const options = { ...manifestOptions(), displayUri: undefined }
    expect(fhirErrorsOf(parse(buildFhirManifest(study, options)))).toEqual([])
    expect(resourcesOf(study, options).filter(({ resourceType }) => resourceType === 'Endpoint')).toHaveLength(1)
  })

  it('is checked by a validator that finds errors', () => {
    const { subject: _subject, ...study } = parse(imagingStudyOf(inventedStudy(), manifestOptions()))
    expect(fhirErrorsOf({ ...study, status: 'done', extra: 1 })).toHaveLength(3)
  })

  it('marks a generated accession number wherever it stands', () => {
    const study = inventedStudy({ requests: [generated] })
    const identifier = {
      system: `urn:oid:${ownIssuer}`,
      value: 'VNA0001',
      assigner: { display: generatedAccessionMark },
    }
    expect(at(resource('ImagingStudy', study), 'basedOn.0.identifier')).toMatchObject(identifier)
    expect(at(resource('ServiceRequest', study), 'identifier.0')).toMatchObject(identifier)
    expect(JSON.stringify(resourcesOf(inventedStudy()))).not.toContain(generatedAccessionMark)
  })

  it('gives placer and filler with their issuers', () => {
    const found = at(resource('ServiceRequest', inventedStudy({ requests: [ordered] })), 'identifier') as Json[]
    expect(found.map((one) => [at(one, 'type.coding.0.code'), one.system, one.value])).toEqual([
      ['ACSN', `urn:oid:${accessionIssuer}`, 'ACC0001'],
      ['PLAC', 'urn:oid:2.16.840.1.113883.2.9.2.30.5.2', 'P1'],
      ['FILL', 'urn:oid:2.16.840.1.113883.2.9.2.30.5.3', 'F1'],
    ])
  })
})

describe('resources for a search', () => {
  it('say what the document says, refer by id and identifier, and keep their ids through versions', () => {
    const study = inventedStudy()
    const options = manifestOptions()
    const alone = parse(imagingStudyOf(study, options))
    const [wado, viewer] = endpointsOf(study, options)
    const inside = resource('ImagingStudy')
    for (const key of ['identifier', 'extension', 'modality', 'started', 'numberOfInstances', 'procedureCode'])
      expect(alone[key]).toEqual(inside[key])
    expect(at(alone, 'series.0.instance')).toEqual(at(inside, 'series.0.instance'))
    expect(at(alone, 'series.0.endpoint.0.reference')).toBe(`Endpoint/${wado?.id}`)
    expect(at(alone, 'endpoint.0.reference')).toBe(`Endpoint/${viewer?.id}`)
    expect(at(alone, 'subject.identifier.value')).toBe('BNCNNA75B41F205W')
    expect(JSON.stringify(alone)).not.toContain('Bianchi')
    const next = { ...options, version: 3, createdAt: '20260201000000' }
    expect(imagingStudyOf(study, next)).toEqual(imagingStudyOf(study, options))
    expect(endpointsOf(inventedStudy({ studyInstanceUid: '1.2.3' }), options)[0]?.id).toBe(wado?.id)
  })
})
