import type { Transaction } from '../database/open-database.ts'

export interface PatientKey {
  readonly identifier: string
  readonly issuer: string
}

/** Adds the patients that are not known yet, in the order in which every transaction locks them. */
export async function insertPatients(tx: Transaction, patients: readonly PatientKey[]): Promise<void> {
  if (patients.length === 0) return
  await tx`
    insert into patients (identifier, issuer)
    select r.identifier, r.issuer
    from json_to_recordset(${JSON.stringify(patients)}::text::json) as r (identifier text, issuer text)
    where not exists (select from patients p where p.identifier = r.identifier and p.issuer = r.issuer)
    order by r.identifier collate "C", r.issuer collate "C"
    on conflict do nothing`
}
