import type { Transaction } from '@vna/database'

/** The rows of a shared study that the record shows: the originator's, with what of its holders' instances is current. */
export async function writeRecordRows(tx: Transaction, studyId: number): Promise<void> {
  await writeSeries(tx, studyId)
  await writeStudy(tx, studyId)
  await writeIdentifiers(tx, studyId)
}

/** A series shows the originator's header, else that of the first holder whose person agrees, else of the first. */
async function writeSeries(tx: Transaction, studyId: number): Promise<void> {
  await tx`
    with defining as (
      select distinct on (e.id) e.* from holder_series e
        join holder_studies h on h.id = e.study_id and h.holder_id = e.holder_id
      where e.study_id = ${studyId}::bigint
      order by e.id, least(h.agreement, 2), h.first_received_at, h.first_segment_id, h.first_offset_blocks),
    counted as (
      select series_id, count(*)::int as instances from instances
      where study_id = ${studyId}::bigint and current group by 1)
    update series e set number_of_instances = coalesce(c.instances, 0),
      (header_no, series_number, modality, description, body_part, laterality, station_name, institution_name,
        protocol_name, performed_start_date, performed_start_time, request_attributes) = (
        select d.header_no, d.series_number, d.modality, d.description, d.body_part, d.laterality, d.station_name,
          d.institution_name, d.protocol_name, d.performed_start_date, d.performed_start_time, d.request_attributes
        from defining d where d.id = e.id
        union all
        select e.header_no, e.series_number, e.modality, e.description, e.body_part, e.laterality, e.station_name,
          e.institution_name, e.protocol_name, e.performed_start_date, e.performed_start_time, e.request_attributes
        where not exists (select from defining d where d.id = e.id))
    from series x left join counted c on c.series_id = x.id left join defining n on n.id = x.id
    where e.study_id = ${studyId}::bigint and x.study_id = e.study_id and x.id = e.id
      and (e.number_of_instances <> coalesce(c.instances, 0) or n.header_no <> e.header_no)`
}

async function writeStudy(tx: Transaction, studyId: number): Promise<void> {
  await tx`
    update studies s set owner_entity_id = h.holder_id, header_no = h.header_no, several_holders = true,
      first_received_at = f.first_received_at, first_offset_blocks = f.first_offset_blocks,
      first_pack_id = (select id from packs where segment_id = f.first_segment_id order by id limit 1),
      number_of_series = c.series, number_of_instances = c.instances, modalities = c.modalities,
      patient_id = h.patient_id, study_date = h.study_date, study_time = h.study_time,
      accession_number = h.accession_number, issuer_of_accession = h.issuer_of_accession, patient_name = h.patient_name,
      patient_name_folded = h.patient_name_folded, patient_name_other_folded = h.patient_name_other_folded,
      patient_birth_date = h.patient_birth_date, patient_sex = h.patient_sex,
      issuer_of_patient_id = h.issuer_of_patient_id, referring_physician = h.referring_physician,
      referring_physician_folded = h.referring_physician_folded, study_id = h.study_id, description = h.description,
      timezone_offset = h.timezone_offset
    from holder_studies h, (
        select first_received_at, first_segment_id, first_offset_blocks from holder_studies
        where id = ${studyId}::bigint order by 1, 2, 3 limit 1) f, (
        select count(*)::int as series, coalesce(sum(number_of_instances), 0)::int as instances,
          coalesce(string_agg(distinct modality, '\\' order by modality), '') as modalities
        from series where study_id = ${studyId}::bigint and number_of_instances > 0) c
    where s.id = ${studyId}::bigint and h.id = s.id and h.agreement = 0`
}

async function writeIdentifiers(tx: Transaction, studyId: number): Promise<void> {
  await tx`delete from patient_identifiers where study_id = ${studyId}::bigint`
  await tx`
    insert into patient_identifiers (study_id, identifier, issuer_id, type)
    select i.study_id, i.identifier, i.issuer_id, i.type
    from holder_studies h join holder_identifiers i on i.study_id = h.id and i.holder_id = h.holder_id
    where h.id = ${studyId}::bigint and h.agreement = 0`
}
