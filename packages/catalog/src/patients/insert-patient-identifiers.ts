import type { Transaction } from '@vna/database'
import type { PatientIdentifier } from '../header/study-attributes.ts'

/** Returns how many were added: all of them, unless dictionaries were lost. */
export async function insertPatientIdentifiers(
  tx: Transaction,
  studyId: number,
  identifiers: readonly PatientIdentifier[],
): Promise<number> {
  if (identifiers.length === 0) return 0
  const result = await tx`
    insert into patient_identifiers (study_id, identifier, issuer_id, type)
    select ${studyId}::bigint, r.identifier, u.id, r.type
    from json_to_recordset(${JSON.stringify(identifiers)}::text::json) as r (identifier text, issuer text, type text)
      join issuers u on u.value = r.issuer`
  return result.count
}
