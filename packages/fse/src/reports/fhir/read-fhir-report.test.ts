import { describe, expect, it } from 'vitest'
import { oids } from '../../model/oids.ts'
import { parseReport } from '../parse-report.ts'
import { anna, documentRoot, inventedCda, secondStudyUid, studyUid } from '../testing/invented-cda.ts'
import { inventedPdf, pdfWith } from '../testing/invented-pdf.ts'

const fhir = 'application/fhir+json; charset=utf-8'
const parse = (resource: object) => parseReport(Buffer.from(JSON.stringify(resource)), fhir)
const typed = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code }] })

const patient = {
  resourceType: 'Patient',
  id: 'p',
  identifier: [
    { system: 'http://hl7.it/sid/codiceFiscale', value: anna.fiscalCode.toLowerCase() },
    { system: 'urn:oid:1.2.9', value: 'P1' },
  ],
  name: [{ family: 'Bianchi', given: ['Anna'] }],
  birthDate: '1975-02-01',
}
const study = {
  resourceType: 'ImagingStudy',
  id: 's',
  identifier: [{ system: 'urn:dicom:uid', value: `urn:oid:${studyUid}` }],
  modality: [{ system: 'http://dicom.nema.org/resources/ontology/DCM', code: 'CT' }],
}
const request = {
  resourceType: 'ServiceRequest',
  id: 'r',
  identifier: [
    { type: typed('ACSN'), system: 'urn:oid:1.2.5', value: 'ACC1' },
    { type: typed('PLAC'), system: 'urn:oid:1.2.6', value: 'PL1' },
    { system: `urn:oid:${oids.nre}`, value: '030A0' },
  ],
}
const report = {
  resourceType: 'DiagnosticReport',
  id: 'd',
  status: 'final',
  identifier: [{ system: 'urn:oid:1.2.7', value: 'R1' }],
  code: { coding: [{ system: 'http://loinc.org', code: '68604-8' }] },
  subject: { reference: 'Patient/p' },
  imagingStudy: [{ reference: 'ImagingStudy/s' }, { identifier: { system: 'urn:dicom:uid', value: secondStudyUid } }],
  basedOn: [{ reference: 'ServiceRequest/r' }],
  effectiveDateTime: '2026-02-03T09:22:05+01:00',
  issued: '2026-02-04T11:24:26.5+01:00',
}
const documentReference = {
  resourceType: 'DocumentReference',
  status: 'current',
  masterIdentifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.8' },
  subject: { identifier: { system: 'urn:oid:1.2.9', value: 'P1' } },
  relatesTo: [{ code: 'replaces', target: { identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.7' } } }],
  context: { related: [{ identifier: { type: typed('ACSN'), system: 'urn:oid:1.2.5', value: 'ACC1' } }] },
}
const bundle = (...resources: object[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
})

describe('facts of FHIR reports', () => {
  it('reads a DiagnosticReport in a Bundle', () => {
    expect(parse(bundle(report, patient, study, request))).toMatchObject({
      format: 'fhir',
      uniqueId: 'urn:oid:1.2.7|R1',
      type: '68604-8',
      patientIdentifiers: [
        { value: anna.fiscalCode, issuer: oids.codiceFiscale },
        { value: 'P1', issuer: '1.2.9' },
      ],
      patientName: anna.name,
      patientBirthDate: anna.birthDate,
      studyInstanceUids: [secondStudyUid, studyUid],
      accessions: [{ value: 'ACC1', issuer: '1.2.5' }],
      placerOrders: [{ value: 'PL1', issuer: '1.2.6' }],
      prescriptions: ['030A0'],
      examDate: '20260203',
      createdAt: '20260204112426',
      modalities: ['CT'],
    })
  })

  it('names corrections, and tells a report that is taken back', () => {
    const [corrected, withdrawn] = ['corrected', 'entered-in-error'].map((status) =>
      parse(bundle({ ...report, status }, patient)),
    )
    expect(corrected).toMatchObject({ setId: 'urn:oid:1.2.7|R1', replaces: ['urn:oid:1.2.7|R1'] })
    expect(corrected?.uniqueId).toBe('urn:oid:1.2.7|R1#2026-02-04T11:24:26.5+01:00')
    // A name of its own, or it would come before every correction of the plain one.
    expect(withdrawn).toMatchObject({
      withdrawn: true,
      setId: 'urn:oid:1.2.7|R1',
      uniqueId: 'urn:oid:1.2.7|R1#withdrawn',
    })
    expect(withdrawn?.replaces).toEqual([])
  })

  it('takes a report back by its name alone, by when that was said', () => {
    const meta = { lastUpdated: '2026-03-01T09:00:00Z' }
    const { subject: _, ...bare } = { ...report, status: 'cancelled', meta }
    expect(parse(bare)).toMatchObject({ withdrawn: true, patientIdentifiers: [], createdAt: '20260301100000' })
    const { subject: __, ...reference } = { ...documentReference, docStatus: 'entered-in-error' }
    expect(parse(reference)).toMatchObject({ withdrawn: true, uniqueId: '1.2.8' })
    expect(() => parse({ ...reference, docStatus: 'final' })).toThrow('missing-patient')
  })

  it('takes `#id` only from the resource that contains it', () => {
    const other = { ...patient, id: 'p', identifier: [{ system: 'urn:oid:1.2.9', value: 'OTHER' }] }
    const containing = { ...report, subject: { reference: '#p' }, contained: [patient] }
    const facts = parse(bundle({ ...study, contained: [other] }, containing))
    expect(facts.patientIdentifiers.map(({ value }) => value)).toEqual([anna.fiscalCode, 'P1'])
  })

  const reference = documentReference

  it('reads a DocumentReference', () => {
    expect(parse(reference)).toMatchObject({
      uniqueId: '1.2.8',
      replaces: ['1.2.7'],
      accessions: [{ value: 'ACC1', issuer: '1.2.5' }],
    })
  })

  it('reads the CDA in a PDF in a DocumentReference, and refuses it of another patient', () => {
    const data = inventedPdf(pdfWith(Buffer.from(inventedCda()))).toString('base64')
    const content = [{ attachment: { contentType: 'application/pdf', data } }]
    expect(parse({ ...reference, content })).toMatchObject({
      uniqueId: `${documentRoot}^REP-1.v2`,
      studyInstanceUids: [studyUid],
    })
    const ofOther = { identifier: { system: `urn:oid:${oids.codiceFiscale}`, value: 'RSSMRA80A01F205X' } }
    expect(() => parse({ ...reference, content, subject: ofOther })).toThrow('conflicting-patient')
  })

  it('refuses what is no report, several reports, nobody, no name, deep and broken JSON', () => {
    expect(() => parse(patient)).toThrow('not-a-report')
    expect(() => parse(bundle(report, report, patient))).toThrow('not-a-report in Bundle')
    expect(() => parse(report)).toThrow('missing-patient')
    expect(() => parse(bundle({ ...report, identifier: [] }, patient))).toThrow('missing-report-id')
    const bytes = (text: string) => () => parseReport(Buffer.from(text), fhir)
    expect(bytes('['.repeat(1_000_000))).toThrow('too-deep')
    expect(bytes(`{"a":[${'1,'.repeat(600_000)}1]}`)).toThrow('too-many-nodes')
    expect(bytes('{"resourceType":"Bianchi')).toThrow(/^malformed-json$/)
    expect(() => parseReport(Buffer.from('{"a":"\xff"}', 'latin1'), fhir)).toThrow('malformed-encoding')
  })
})
