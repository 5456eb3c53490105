import type { Transaction } from '../database/open-database.ts'

export interface PatientKey {
  readonly identifier: string
  readonly issuer: string
}

/** Adds the patients that are not known yet, in the order in which every transaction locks them. */
export async function insertPatients(tx: Transaction, patients: readonly PatientKey[]): Promise<void> {
  if (patients.length === 0) return
  await tx`
    insert into patients (identifier, issuer_id)
    select r.identifier, u.id
    from json_to_recordset(${JSON.stringify(patients)}::text::json) as r (identifier text, issuer text)
      join issuers u on u.value = r.issuer
    where not exists (select from patients p where p.identifier = r.identifier and p.issuer_id = u.id)
    order by r.identifier collate "C", u.id
    on conflict do nothing`
}
