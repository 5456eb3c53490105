import { cleanDate, cleanText, databaseLimits } from '@vna/database'
import type { InstanceHeader } from '@vna/dicom'
import { codiceFiscaleIssuer, isCodiceFiscale } from '@vna/identifiers'
import { foldPersonName } from './fold-name.ts'

export interface PatientIdentifier {
  readonly identifier: string
  /** Domain of the identifier: an OID, the issuer's name, or `entity:<code>` where the header names none. */
  readonly issuer: string
  readonly type: string
}

/** What one header says of patient and study, as the columns of `studies` hold it. */
export interface StudyAttributes {
  readonly patientIdentifier: string | null
  readonly patientIssuer: string | null
  readonly otherIdentifiers: readonly PatientIdentifier[]
  readonly issuerOfPatientId: string | null
  readonly patientName: string | null
  readonly patientNameFolded: string | null
  readonly patientNameOtherFolded: string | null
  readonly patientBirthDate: string | null
  readonly patientSex: string | null
  readonly studyDate: string | null
  readonly studyTime: string | null
  readonly accessionNumber: string | null
  readonly issuerOfAccession: string | null
  readonly referringPhysician: string | null
  readonly referringPhysicianFolded: string | null
  readonly studyId: string | null
  readonly description: string | null
  readonly timezoneOffset: string | null
}

export function studyAttributesOf(header: InstanceHeader, entityCode: string): StudyAttributes {
  const { patient, study } = header
  const primary = identifierOf(patient.id, patient.issuerOid ?? patient.issuer, entityCode)
  const patientName = cleanText(patient.name)
  const folded = foldPersonName(patientName)
  const referringPhysician = cleanText(study.referringPhysicianName)
  return {
    patientIdentifier: primary?.identifier ?? null,
    patientIssuer: primary?.issuer ?? null,
    otherIdentifiers: otherIdentifiersOf(header, entityCode),
    issuerOfPatientId: cleanText(patient.issuer),
    patientName,
    patientNameFolded: folded.alphabetic,
    patientNameOtherFolded: folded.others,
    patientBirthDate: cleanDate(patient.birthDate),
    patientSex: cleanText(patient.sex, 16),
    studyDate: cleanDate(study.date),
    studyTime: cleanText(study.time, 64),
    accessionNumber: cleanText(study.accessionNumber),
    issuerOfAccession: cleanText(study.issuerOfAccession),
    referringPhysician,
    referringPhysicianFolded: foldPersonName(referringPhysician).alphabetic,
    studyId: cleanText(study.id),
    description: cleanText(study.description),
    timezoneOffset: cleanText(study.timezoneOffset, 16),
  }
}

/** A codice fiscale is one domain for the whole country whatever issuer the header names. */
function identifierOf(
  id: string | undefined,
  issuer: string | undefined,
  entityCode: string,
): PatientIdentifier | null {
  const identifier = cleanText(id, databaseLimits.maxIdentifierChars)
  if (identifier === null) return null
  const upper = identifier.toUpperCase()
  if (isCodiceFiscale(upper)) return { identifier: upper, issuer: codiceFiscaleIssuer, type: 'codice-fiscale' }
  const domain = cleanText(issuer, databaseLimits.maxIdentifierChars) ?? `entity:${entityCode}`
  return { identifier, issuer: domain, type: 'local' }
}

function otherIdentifiersOf(header: InstanceHeader, entityCode: string): readonly PatientIdentifier[] {
  const found = new Map<string, PatientIdentifier>()
  for (const other of header.patient.otherIds ?? []) {
    const identifier = identifierOf(other.id, other.issuerOid ?? other.issuer, entityCode)
    if (identifier !== null) found.set(`${identifier.issuer}\n${identifier.identifier}`, identifier)
  }
  return [...found.keys()]
    .sort()
    .map((key) => found.get(key))
    .filter((identifier) => identifier !== undefined)
}
