import { codedValueOf, type DicomJson, designatorOf, instanceHeaderOf, itemsOf, textOf } from '@vna/dicom'
import type { PatientIdentifier } from '../../model/identifiers.ts'
import type { OrderIdentifier, ReportFacts } from '../../model/report.ts'
import { defaultReportDomains, type ReportDomains } from '../domains.ts'
import { dayOf, distinct, momentOf, orderIdentifierOf, patientIdentifierOf, uidOf } from '../normalise.ts'

/** Structured reports that a person writes; dose, CAD and measurement reports speak of an exam but do not report it. */
const formatOf: ReadonlyMap<string, 'dicom-sr' | 'dicom-pdf'> = new Map([
  ['1.2.840.10008.5.1.4.1.1.88.11', 'dicom-sr'], // Basic Text SR
  ['1.2.840.10008.5.1.4.1.1.88.22', 'dicom-sr'], // Enhanced SR
  ['1.2.840.10008.5.1.4.1.1.88.33', 'dicom-sr'], // Comprehensive SR
  ['1.2.840.10008.5.1.4.1.1.88.34', 'dicom-sr'], // Comprehensive 3D SR
  ['1.2.840.10008.5.1.4.1.1.104.1', 'dicom-pdf'], // Encapsulated PDF
])

/** Storage SOP classes whose instances may be reports. */
export const reportSopClassUids: readonly string[] = [...formatOf.keys()]

const tags = {
  referencedRequests: '0040A370',
  currentEvidence: '0040A375',
  predecessors: '0040A360',
  referencedSeries: '00081115',
  referencedSops: '00081199',
  referencedSopInstanceUid: '00081155',
  studyInstanceUid: '0020000D',
  accessionNumber: '00080050',
  issuerOfAccession: '00080051',
  placerOrder: '00402016',
  placerIssuer: '00400026',
  fillerOrder: '00402017',
  fillerIssuer: '00400027',
  conceptName: '0040A043',
  procedureCode: '00081032',
  requestedProcedureCode: '00321064',
} as const

/**
 * A report that came as a DICOM instance: it belongs to the study it lies in, and to those it was asked for with.
 * `undefined` when the instance is no report, or its identity is not whole.
 */
export function reportFactsOfInstance(json: DicomJson, domains: Partial<ReportDomains> = {}): ReportFacts | undefined {
  const header = instanceHeaderOf(json)
  const format = formatOf.get(header.sopClassUid)
  const uniqueId = uidOf(header.sopInstanceUid)
  const localIssuer = { ...defaultReportDomains, ...domains }.localPatientIssuer
  const patientIdentifiers = patientIdentifiersOf(json, localIssuer)
  if (format === undefined || uniqueId === undefined || patientIdentifiers.length === 0) return undefined
  const requests = itemsOf(json, tags.referencedRequests)
  const evidence = itemsOf(json, tags.currentEvidence)
  return {
    format,
    uniqueId,
    replaces: predecessorsOf(json),
    appends: [],
    type: codesAt(json, tags.conceptName).find(({ system }) => system === 'LN')?.code,
    patientIdentifiers,
    patientName: header.patient.name,
    patientBirthDate: dayOf(header.patient.birthDate),
    studyInstanceUids: distinct(
      [json, ...requests, ...evidence].map((item) => uidOf(textOf(item, tags.studyInstanceUid))),
    ),
    ...ordersOf([json, ...requests]),
    prescriptions: [],
    examDate: dayOf(header.study.date),
    // SR and DOC say how the report was made, not how the exam was.
    modalities: [],
    procedureCodes: distinct([
      ...codesAt(json, tags.procedureCode),
      ...requests.flatMap((request) => codesAt(request, tags.requestedProcedureCode)),
    ]),
    facility: header.series.institutionName,
    createdAt: momentOf(`${header.instance.contentDate ?? ''}${header.instance.contentTime ?? ''}`),
  }
}

function patientIdentifiersOf(json: DicomJson, localIssuer: string | undefined): readonly PatientIdentifier[] {
  const { patient } = instanceHeaderOf(json)
  const primary = patientIdentifierOf(patient.id, patient.issuerOid ?? patient.issuer ?? localIssuer)
  const others = patient.otherIds.map(({ id, issuer, issuerOid }) => {
    return patientIdentifierOf(id, issuerOid ?? issuer ?? localIssuer)
  })
  return distinct([primary, ...others])
}

/** Predecessor Documents Sequence (PS3.3 C.17.2): the documents whose content this one takes over. */
function predecessorsOf(json: DicomJson): readonly string[] {
  const series = itemsOf(json, tags.predecessors).flatMap((study) => itemsOf(study, tags.referencedSeries))
  const instances = series.flatMap((item) => itemsOf(item, tags.referencedSops))
  return distinct(instances.map((item) => uidOf(textOf(item, tags.referencedSopInstanceUid))))
}

type Orders = Pick<ReportFacts, 'accessions' | 'placerOrders' | 'fillerOrders'>

function ordersOf(items: readonly DicomJson[]): Orders {
  const numbersAt = (number: string, issuer: string) => distinct(items.map((item) => numberOf(item, number, issuer)))
  return {
    accessions: numbersAt(tags.accessionNumber, tags.issuerOfAccession),
    placerOrders: numbersAt(tags.placerOrder, tags.placerIssuer),
    fillerOrders: numbersAt(tags.fillerOrder, tags.fillerIssuer),
  }
}

function numberOf(item: DicomJson, number: string, issuer: string): OrderIdentifier | undefined {
  return orderIdentifierOf(textOf(item, number), designatorOf(item, issuer))
}

function codesAt(json: DicomJson, sequence: string): readonly { readonly code: string; readonly system: string }[] {
  return itemsOf(json, sequence).flatMap((item) => {
    const coded = codedValueOf(item)
    return coded === undefined ? [] : [{ code: coded.code, system: coded.scheme }]
  })
}
