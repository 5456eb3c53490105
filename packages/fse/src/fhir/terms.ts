import type { CodedValue } from '@vna/dicom'
import type * as r4 from 'fhir/r4.js'
import { isOid } from '../manifest/elements.ts'
import { generatedAccessionMark } from '../manifest/generated-accession.ts'
import type { PatientIdentifier } from '../model/identifiers.ts'
import type { ManifestRequest } from '../model/manifest-study.ts'

export const systems = {
  uri: 'urn:ietf:rfc:3986',
  dicom: 'http://dicom.nema.org/resources/ontology/DCM',
  dicomUid: 'http://dicom.nema.org/resources/ontology/DCMUID',
  snomedCt: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
  identifierType: 'http://terminology.hl7.org/CodeSystem/v2-0203',
  confidentiality: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
  connectionType: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type',
  payloadType: 'http://terminology.hl7.org/CodeSystem/endpoint-payload-type',
  priorityCategory: 'http://hl7.eu/fhir/eu-health-data-api/CodeSystem/eehrxf-document-priority-category-cs',
  formatCode: 'http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode',
} as const

/** DICOM scheme designators (PS3.16 8) as FHIR systems; a private scheme has none. */
const systemByScheme: Readonly<Record<string, string>> = {
  DCM: systems.dicom,
  SCT: systems.snomedCt,
  LN: systems.loinc,
  UCUM: 'http://unitsofmeasure.org',
  I9C: 'http://hl7.org/fhir/sid/icd-9-cm',
  I10: 'http://hl7.org/fhir/sid/icd-10',
  RADLEX: 'http://radlex.org',
}

export function codingOf({ code, scheme, meaning }: CodedValue): r4.Coding {
  return { system: systemByScheme[scheme] ?? (isOid(scheme) ? `urn:oid:${scheme}` : undefined), code, display: meaning }
}

export function conceptOf(value: CodedValue): r4.CodeableConcept {
  return { coding: [codingOf(value)], text: value.meaning }
}

export function concept(system: string, code: string, display?: string): r4.CodeableConcept {
  return { coding: [{ system, code, display }] }
}

/** An OID as URN; what is a URI already stays; a plain local name becomes one. */
function systemOfIssuer(issuer: string): string {
  if (isOid(issuer)) return `urn:oid:${issuer}`
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(issuer)) return issuer
  return `urn:x-local-issuer:${encodeURIComponent(issuer)}`
}

export function oidIdentifier(uid: string): r4.Identifier {
  return { system: systems.uri, value: `urn:oid:${uid}` }
}

export function studyUidIdentifier(studyInstanceUid: string): r4.Identifier {
  const type = concept(systems.dicom, '110180', 'Study Instance UID')
  return { type, system: 'urn:dicom:uid', value: `urn:oid:${studyInstanceUid}` }
}

export function accessionIdentifier(request: ManifestRequest): r4.Identifier {
  return {
    type: {
      coding: [
        { system: systems.identifierType, code: 'ACSN', display: 'Accession ID' },
        { system: systems.dicom, code: '121022', display: 'Accession Number' },
      ],
    },
    system: systemOfIssuer(request.accessionIssuerOid),
    value: request.accessionNumber,
    ...(request.generated && { assigner: { display: generatedAccessionMark } }),
  }
}

/** Placer and filler order number, as far as they are known. */
export function orderIdentifiersOf(request: ManifestRequest): readonly r4.Identifier[] {
  const { placerOrderNumber, placerIssuerOid, fillerOrderNumber, fillerIssuerOid } = request
  return [
    ...orderIdentifier('PLAC', 'Placer Identifier', placerOrderNumber, placerIssuerOid),
    ...orderIdentifier('FILL', 'Filler Identifier', fillerOrderNumber, fillerIssuerOid),
  ]
}

function orderIdentifier(
  code: string,
  display: string,
  value: string | undefined,
  issuer: string | undefined,
): readonly r4.Identifier[] {
  if (!value) return []
  const type = concept(systems.identifierType, code, display)
  return [{ type, system: issuer ? systemOfIssuer(issuer) : undefined, value }]
}

export function patientIdentifier({ value, issuer }: PatientIdentifier): r4.Identifier {
  return { system: systemOfIssuer(issuer), value }
}

/** `undefined` for none: FHIR has no empty lists. */
export function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length === 0 ? undefined : list
}
