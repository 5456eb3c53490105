import type { Attributes } from './data-set.ts'
import { ageAt, type PhantomPatient } from './patient.ts'
import type { StudyContext } from './plan.ts'
import { phantomUid } from './uid.ts'

/** Root of codici fiscali as identifiers (HL7 Italia). */
export const codiceFiscaleOid = '2.16.840.1.113883.2.9.4.3.2'

export type PatientIdentity =
  | { readonly kind: 'codice-fiscale' }
  /** The entity knows its patients by its own numbers only. */
  | { readonly kind: 'local'; readonly issuer: string; readonly issuerOid?: string; readonly id?: string }

export function patientIdOf(patient: PhantomPatient, identity: PatientIdentity): string {
  return identity.kind === 'local' ? (identity.id ?? patient.localId) : patient.codiceFiscale
}

export function patientAttributes(patient: PhantomPatient, identity: PatientIdentity, studyDate: string): Attributes {
  const isLocal = identity.kind === 'local'
  const issuerOid = isLocal ? (identity.issuerOid ?? phantomUid('patient ids', identity.issuer)) : codiceFiscaleOid
  return {
    PatientName: patient.personName,
    PatientID: patientIdOf(patient, identity),
    IssuerOfPatientID: isLocal ? identity.issuer : 'MEF',
    IssuerOfPatientIDQualifiersSequence: [{ UniversalEntityID: issuerOid, UniversalEntityIDType: 'ISO' }],
    PatientBirthDate: patient.birthDate,
    PatientSex: patient.sex,
    PatientAge: ageAt(patient.birthDate, studyDate),
    PatientSize: String(patient.heightMetres),
    PatientWeight: String(patient.weightKg),
  }
}

/** Who numbers the exams of an invented institution. */
export function accessionIssuerOidOf(institutionName: string): string {
  return phantomUid('accession numbers', institutionName)
}

export interface StudyHeader {
  readonly studyInstanceUid: string
  readonly studyDate: string
  readonly studyTime: string
  readonly accessionNumber: string
  readonly studyId: string
  readonly description: string
  readonly institutionName: string
  readonly referringPhysicianName: string
}

export function studyAttributes(study: StudyHeader): Attributes {
  return {
    SpecificCharacterSet: 'ISO_IR 100',
    StudyInstanceUID: study.studyInstanceUid,
    StudyDate: study.studyDate,
    StudyTime: study.studyTime,
    AccessionNumber: study.accessionNumber,
    IssuerOfAccessionNumberSequence: [
      { UniversalEntityID: accessionIssuerOidOf(study.institutionName), UniversalEntityIDType: 'ISO' },
    ],
    StudyID: study.studyId,
    StudyDescription: study.description,
    ReferringPhysicianName: study.referringPhysicianName,
    InstitutionName: study.institutionName,
  }
}

export interface SeriesHeader {
  readonly modality: string
  readonly number: number
  readonly description: string
  readonly device: Device
}

export interface Device {
  readonly manufacturer: string
  readonly model: string
  readonly station: string
}

export function seriesAttributes(context: StudyContext, series: SeriesHeader): Attributes {
  return {
    Modality: series.modality,
    SeriesInstanceUID: seriesUidOf(context, series.number),
    SeriesNumber: String(series.number),
    SeriesDescription: series.description,
    SeriesDate: context.studyDate,
    SeriesTime: timeAt(context, 60 * series.number),
    Manufacturer: series.device.manufacturer,
    ManufacturerModelName: series.device.model,
    StationName: series.device.station,
    DeviceSerialNumber: `SN${series.device.station}`,
    SoftwareVersions: 'PHANTOM 1.0',
    InstitutionalDepartmentName: 'RADIOLOGIA',
  }
}

function seriesUidOf(context: StudyContext, seriesNumber: number): string {
  return phantomUid(context.studyInstanceUid, 'series', seriesNumber)
}

export function instanceUidOf(context: StudyContext, seriesNumber: number, instanceNumber: number): string {
  return phantomUid(context.studyInstanceUid, 'series', seriesNumber, 'instance', instanceNumber)
}

/** Study time plus some seconds, as TM; stops at the end of the day rather than pass midnight. */
export function timeAt(context: StudyContext, seconds: number): string {
  const studyTime = String(context.studyAttributes.StudyTime)
  const start =
    Number(studyTime.slice(0, 2)) * 3600 + Number(studyTime.slice(2, 4)) * 60 + Number(studyTime.slice(4, 6))
  const total = Math.min(86_399, start + Math.floor(seconds))
  return [total / 3600, (total / 60) % 60, total % 60].map((part) => String(Math.floor(part)).padStart(2, '0')).join('')
}

/** One item of a code sequence. */
export function code(value: string, scheme: string, meaning: string): Attributes {
  return { CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning }
}

/** Which series an instance falls in and its place there, both from 1; series are filled one after the other. */
export function placeOf(
  index: number,
  o: { readonly instances: number; readonly series: number },
): { readonly seriesNumber: number; readonly instanceNumber: number; readonly seriesLength: number } {
  const perSeries = Math.ceil(o.instances / o.series)
  const seriesNumber = Math.floor(index / perSeries) + 1
  return {
    seriesNumber,
    instanceNumber: (index % perSeries) + 1,
    seriesLength: Math.min(perSeries, o.instances - (seriesNumber - 1) * perSeries),
  }
}
