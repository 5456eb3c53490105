import type { Transaction } from '../database/open-database.ts'
import type { PatientIdentifier } from '../header/study-attributes.ts'

export async function insertPatientIdentifiers(
  tx: Transaction,
  studyId: number,
  identifiers: readonly PatientIdentifier[],
): Promise<void> {
  if (identifiers.length === 0) return
  await tx`
    insert into patient_identifiers (study_id, identifier, issuer_id, type)
    select ${studyId}::bigint, r.identifier, u.id, r.type
    from json_to_recordset(${JSON.stringify(identifiers)}::text::json) as r (identifier text, issuer text, type text)
      join issuers u on u.value = r.issuer
    on conflict do nothing`
}
