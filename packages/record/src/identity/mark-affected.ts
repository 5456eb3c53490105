import type { Transaction } from '@vna/database'
import type { Identifier } from './identity.ts'

/** Studies and reports that name one of these identifiers are looked at again: manifests, registration, links. */
export async function markAffected(tx: Transaction, identifiers: readonly Identifier[]): Promise<void> {
  if (identifiers.length === 0) return
  await tx`
    with k as materialized (
      select r.identifier, r.issuer, i.id as issuer_id
      from json_to_recordset(${JSON.stringify(identifiers)}::text::json) as r (identifier text, issuer text)
        join issuers i on i.value = r.issuer),
    st as materialized (
      select s.study_instance_uid as uid
      from k join patients p on p.identifier = k.identifier and p.issuer_id = k.issuer_id
        join studies s on s.patient_id = p.id
      union
      select s.study_instance_uid
      from k join patient_identifiers pi on pi.identifier = k.identifier and pi.issuer_id = k.issuer_id
        join studies s on s.id = pi.study_id),
    shared as (
      insert into unsettled_studies (study_id)
      select h.id from k join patients p on p.identifier = k.identifier and p.issuer_id = k.issuer_id
        join holder_studies h on h.patient_id = p.id
      union
      select i.study_id from k join holder_identifiers i on i.identifier = k.identifier and i.issuer_id = k.issuer_id
      order by 1 on conflict do nothing),
    pub as (
      update publications p set due_at = now(), dirty_since = coalesce(p.dirty_since, now())
      from st where p.study_instance_uid = st.uid),
    rep as (
      select rk.report_id as id from k
        join report_keys rk on rk.kind = 'patient' and rk.value = k.identifier and rk.issuer = k.issuer
      union select l.report_id from st join links l on l.study_instance_uid = st.uid)
    update reports r set due_at = now() from rep where r.id = rep.id and r.state <> 'withdrawn'`
}
