import type { Transaction } from '@vna/database'
import type { PatientIdentifier } from '../header/study-attributes.ts'
import { insertPatientIdentifiers } from './insert-patient-identifiers.ts'

export async function replacePatientIdentifiers(
  tx: Transaction,
  studyId: number,
  identifiers: readonly PatientIdentifier[],
): Promise<number> {
  await tx`delete from patient_identifiers where study_id = ${studyId}::bigint`
  return insertPatientIdentifiers(tx, studyId, identifiers)
}
