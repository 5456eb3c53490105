import type { Transaction } from '@vna/database'

export interface PatientKey {
  readonly identifier: string
  readonly issuer: string
}

/**
 * Adds the patients that are not known yet, in the order in which every transaction locks them; returns for how many the
 * issuer is known, all of them unless dictionaries were lost.
 */
export async function insertPatients(tx: Transaction, patients: readonly PatientKey[]): Promise<number> {
  if (patients.length === 0) return 0
  const [row] = await tx<{ known: number }[]>`
    with r as materialized (
      select r.identifier, u.id as issuer_id
      from json_to_recordset(${JSON.stringify(patients)}::text::json) as r (identifier text, issuer text)
        join issuers u on u.value = r.issuer),
    inserted as (
      insert into patients (identifier, issuer_id)
      select r.identifier, r.issuer_id from r
      where not exists (select from patients p where p.identifier = r.identifier and p.issuer_id = r.issuer_id)
      order by r.identifier collate "C", r.issuer_id
      on conflict do nothing)
    select count(*) as known from r`
  return row?.known ?? 0
}
