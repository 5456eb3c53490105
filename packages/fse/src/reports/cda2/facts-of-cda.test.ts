import { describe, expect, it } from 'vitest'
import { oids } from '../../model/oids.ts'
import { parseReport } from '../parse-report.ts'
import {
  accessionIssuer,
  anna,
  type CdaParts,
  catalogSection,
  documentRoot,
  examSection,
  inventedCda,
  secondStudyUid,
  studyUid,
} from '../testing/invented-cda.ts'

function factsOf(parts: CdaParts = {}) {
  return parseReport(Buffer.from(inventedCda(parts)), 'text/xml')
}

describe('facts of a CDA2 radiology report', () => {
  it('reads every key', () => {
    const accession = { value: 'ACC0001', issuer: accessionIssuer }
    expect(factsOf()).toEqual({
      format: 'cda2',
      uniqueId: `${documentRoot}^REP-1.v2`,
      setId: `${documentRoot}^REP-1`,
      version: 2,
      replaces: [`${documentRoot}^REP-1.v1`],
      appends: [],
      type: '68604-8',
      confidentiality: 'N',
      patientIdentifiers: [
        { value: anna.fiscalCode, issuer: oids.codiceFiscale },
        { value: 'P-77', issuer: '2.16.840.1.113883.2.9.2.30.5.9' },
      ],
      patientName: anna.name,
      patientBirthDate: anna.birthDate,
      studyInstanceUids: [studyUid],
      accessions: [accession],
      placerOrders: [accession],
      fillerOrders: [accession],
      prescriptions: ['030A01234567890'],
      examDate: '20260203',
      modalities: ['CT'],
      procedureCodes: [
        { code: '87.41', system: '2.16.840.1.113883.6.103' },
        { code: '0087411.01', system: '2.16.840.1.113883.2.9.2.30.6.11' },
      ],
      facility: '030001',
      createdAt: '20260204112426',
    })
  })

  it('reads the same of a document that binds its namespace to a prefix', () => {
    expect(factsOf({ prefix: 'n1' })).toEqual(factsOf())
  })

  it('reads a group report of two studies', () => {
    const facts = factsOf({ catalog: catalogSection([studyUid, secondStudyUid]) })
    expect(facts.studyInstanceUids).toEqual([studyUid, secondStudyUid])
  })

  it('takes the service event for the date when the exam section has none', () => {
    const exam = examSection.replace(/<effectiveTime[^>]*>/, '')
    expect(factsOf({ exam }).examDate).toBe('20260204')
    const interval =
      '<documentationOf><serviceEvent><effectiveTime><low value="202601150800"/></effectiveTime></serviceEvent></documentationOf>'
    expect(factsOf({ exam, serviceEvent: interval }).examDate).toBe('20260115')
    expect(factsOf({ exam, serviceEvent: '' }).examDate).toBeUndefined()
  })

  it('takes both prescription domains, and knows numbers by configured domains', () => {
    const order = (root: string, extension: string) =>
      `<inFulfillmentOf><order><id root="${root}" extension="${extension}"/></order></inFulfillmentOf>`
    const orders = order(oids.nreOlder, '030a0') + order('1.2.3.4', 'P1') + order('1.2.3.5', 'X1')
    const bytes = Buffer.from(inventedCda({ orders }))
    const facts = parseReport(bytes, 'text/xml', {}, { placer: ['1.2.3.4'], accession: ['1.2.3.5'] })
    expect(facts.prescriptions).toEqual(['030A0'])
    expect(facts.placerOrders).toEqual([{ value: 'P1', issuer: '1.2.3.4' }])
    expect(facts.accessions).toEqual([{ value: 'X1', issuer: '1.2.3.5' }])
    expect(facts.fillerOrders).toEqual([])
  })

  it('keeps an addendum apart from a replacement', () => {
    const related = `<relatedDocument typeCode="APND"><parentDocument><id root="1.2.3" extension="A"/></parentDocument></relatedDocument>`
    expect(factsOf({ related })).toMatchObject({ replaces: [], appends: ['1.2.3^A'] })
  })

  it('ignores ids that are marked unknown, and UIDs that are none', () => {
    const patientIds = `<id root="${oids.stp}" extension="stp0300001234567"/><id nullFlavor="NI" root="1.2.3" extension="X"/><id root="1.2.4"/>`
    const facts = factsOf({ patientIds, catalog: catalogSection(['not-a-uid', studyUid]) })
    expect(facts.patientIdentifiers).toEqual([{ value: 'STP0300001234567', issuer: oids.stp }])
    expect(facts.studyInstanceUids).toEqual([studyUid])
  })

  it('refuses other documents, one without id and one without patient', () => {
    expect(() => parseReport(Buffer.from('<ClinicalDocument/>'), 'text/xml')).toThrow('not-a-report')
    expect(() => factsOf({ ids: '<id nullFlavor="NI"/>' })).toThrow('missing-report-id in ClinicalDocument/id')
    expect(() => factsOf({ patientIds: '' })).toThrow('missing-patient in recordTarget/patientRole/id')
  })
})
