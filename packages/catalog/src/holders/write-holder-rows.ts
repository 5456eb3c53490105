import type { Transaction } from '@vna/database'

/**
 * Writes what some holders of a study sent, each as its own row: header and counts of the instances it is shown. The header is
 * that of the first of them that came. The study is locked, and `holder_instances` and the numbers of headers are as they
 * will be; `header_variants` holds every header as soon as there are two.
 */
export async function writeHolderRows(tx: Transaction, studyId: number, entityIds: readonly number[]): Promise<void> {
  const entities = entityIds.join()
  await writeSeries(tx, studyId, entities)
  await writeStudies(tx, studyId, entities)
  await writeIdentifiers(tx, studyId, entities)
}

async function writeSeries(tx: Transaction, studyId: number, entities: string): Promise<void> {
  await tx`
    delete from holder_series
    where study_id = ${studyId}::bigint and holder_id = any (string_to_array(${entities}, ',')::smallint[])`
  await tx`
    with shown as materialized (
      select v.entity_id, v.series_id, v.sop_hash, v.version from holder_instances v
      where v.study_id = ${studyId}::bigint and v.entity_id = any (string_to_array(${entities}, ',')::smallint[])),
    counted as (select entity_id, series_id, count(*)::int as instances from shown group by 1, 2),
    arrivals as (
      select i.sop_hash, i.version, i.entity_id, i.received_at, i.pack_id, i.offset_blocks, i.series_header_no
      from instances i where i.study_id = ${studyId}::bigint
      union all
      select c.sop_hash, c.version, c.entity_id, c.received_at, c.pack_id, c.offset_blocks, c.series_header_no
      from instance_copies c where c.study_id = ${studyId}::bigint),
    defining as (
      select distinct on (w.entity_id, w.series_id) w.entity_id, w.series_id, a.series_header_no as no
      from shown w join arrivals a using (sop_hash, version, entity_id) join packs k on k.id = a.pack_id
      order by w.entity_id, w.series_id, a.received_at, k.segment_id, a.offset_blocks)
    insert into holder_series (id, study_id, holder_id, number_of_instances, header_no, uid_hash, series_instance_uid,
      series_number, modality, description, body_part, laterality, station_name, institution_name, protocol_name,
      performed_start_date, performed_start_time, request_attributes)
    select e.id, e.study_id, c.entity_id, c.instances, d.no, e.uid_hash, e.series_instance_uid, h.*
    from counted c join defining d using (entity_id, series_id)
      join series e on e.study_id = ${studyId}::bigint and e.id = c.series_id
      left join header_variants x on x.study_id = e.study_id and x.series_id = e.id and x.no = d.no
      cross join lateral (
        select r."seriesNumber", r.modality, r.description, r."bodyPart", r.laterality, r."stationName", r."institutionName",
          r."protocolName", r."performedStartDate", r."performedStartTime", nullif(r."requestAttributes", 'null')
        from jsonb_to_record(x.header) as r ("seriesNumber" int, modality text, description text, "bodyPart" text,
          laterality text, "stationName" text, "institutionName" text, "protocolName" text, "performedStartDate" text,
          "performedStartTime" text, "requestAttributes" jsonb)
        where x.header is not null
        union all
        select e.series_number, e.modality, e.description, e.body_part, e.laterality, e.station_name, e.institution_name,
          e.protocol_name, e.performed_start_date, e.performed_start_time, e.request_attributes
        where x.header is null) h`
}

async function writeStudies(tx: Transaction, studyId: number, entities: string): Promise<void> {
  await tx`
    with arrivals as materialized (
      select i.sop_hash, i.version, i.entity_id, i.received_at, i.pack_id, i.offset_blocks, i.study_header_no
      from instances i
      where i.study_id = ${studyId}::bigint and i.entity_id = any (string_to_array(${entities}, ',')::smallint[])
      union all
      select c.sop_hash, c.version, c.entity_id, c.received_at, c.pack_id, c.offset_blocks, c.study_header_no
      from instance_copies c
      where c.study_id = ${studyId}::bigint and c.entity_id = any (string_to_array(${entities}, ',')::smallint[])),
    ordered as materialized (
      select a.*, k.segment_id from arrivals a join packs k on k.id = a.pack_id),
    first as (
      select distinct on (entity_id) * from ordered order by entity_id, received_at, segment_id, offset_blocks),
    last as (select entity_id, max(received_at) as at from ordered group by 1),
    defining as (
      select distinct on (o.entity_id) o.entity_id, o.study_header_no as no
      from ordered o join holder_instances v on v.study_id = ${studyId}::bigint and v.entity_id = o.entity_id
        and v.sop_hash = o.sop_hash and v.version = o.version
      order by o.entity_id, o.received_at, o.segment_id, o.offset_blocks),
    counted as (
      select holder_id, count(*)::int as series, sum(number_of_instances)::int as instances,
        coalesce(string_agg(distinct modality, '\\' order by modality), '') as modalities
      from holder_series where study_id = ${studyId}::bigint group by 1)
    insert into holder_studies as was (id, holder_id, visibility, study_instance_uid, header_no, number_of_series,
      number_of_instances, modalities, first_received_at, last_received_at, first_segment_id, first_offset_blocks,
      patient_id, study_date, study_time, accession_number, issuer_of_accession, patient_name, patient_name_folded,
      patient_name_other_folded, patient_birth_date, patient_sex, issuer_of_patient_id, referring_physician,
      referring_physician_folded, study_id, description, timezone_offset)
    select s.id, f.entity_id, s.visibility, s.study_instance_uid, d.no, c.series, c.instances, c.modalities, f.received_at,
      l.at, f.segment_id, f.offset_blocks, h.*
    from studies s cross join first f join last l using (entity_id) join defining d using (entity_id)
      join counted c on c.holder_id = f.entity_id
      left join header_variants x on x.study_id = s.id and x.series_id = 0 and x.no = d.no
      cross join lateral (
        select (select p.id from patients p join issuers u on u.id = p.issuer_id
            where p.identifier = r."patientIdentifier" and u.value = r."patientIssuer"),
          r."studyDate", r."studyTime", r."accessionNumber", r."issuerOfAccession", r."patientName", r."patientNameFolded",
          r."patientNameOtherFolded", r."patientBirthDate", r."patientSex", r."issuerOfPatientId", r."referringPhysician",
          r."referringPhysicianFolded", r."studyId", r.description, r."timezoneOffset"
        from jsonb_to_record(x.header) as r ("patientIdentifier" text, "patientIssuer" text, "studyDate" text,
          "studyTime" text, "accessionNumber" text, "issuerOfAccession" text, "patientName" text, "patientNameFolded" text,
          "patientNameOtherFolded" text, "patientBirthDate" text, "patientSex" text, "issuerOfPatientId" text,
          "referringPhysician" text, "referringPhysicianFolded" text, "studyId" text, description text,
          "timezoneOffset" text)
        where x.header is not null
        union all
        select s.patient_id, s.study_date, s.study_time, s.accession_number, s.issuer_of_accession, s.patient_name,
          s.patient_name_folded, s.patient_name_other_folded, s.patient_birth_date, s.patient_sex, s.issuer_of_patient_id,
          s.referring_physician, s.referring_physician_folded, s.study_id, s.description, s.timezone_offset
        where x.header is null) h
    where s.id = ${studyId}::bigint
    on conflict (id, holder_id) do update set header_no = excluded.header_no,
      number_of_series = excluded.number_of_series, number_of_instances = excluded.number_of_instances,
      modalities = excluded.modalities, first_received_at = excluded.first_received_at,
      last_received_at = excluded.last_received_at, first_segment_id = excluded.first_segment_id,
      first_offset_blocks = excluded.first_offset_blocks, patient_id = excluded.patient_id,
      study_date = excluded.study_date, study_time = excluded.study_time, accession_number = excluded.accession_number,
      issuer_of_accession = excluded.issuer_of_accession, patient_name = excluded.patient_name,
      patient_name_folded = excluded.patient_name_folded, patient_name_other_folded = excluded.patient_name_other_folded,
      patient_birth_date = excluded.patient_birth_date, patient_sex = excluded.patient_sex,
      issuer_of_patient_id = excluded.issuer_of_patient_id, referring_physician = excluded.referring_physician,
      referring_physician_folded = excluded.referring_physician_folded, study_id = excluded.study_id,
      description = excluded.description, timezone_offset = excluded.timezone_offset`
}

async function writeIdentifiers(tx: Transaction, studyId: number, entities: string): Promise<void> {
  await tx`
    delete from holder_identifiers
    where study_id = ${studyId}::bigint and holder_id = any (string_to_array(${entities}, ',')::smallint[])`
  await tx`
    insert into holder_identifiers (study_id, holder_id, identifier, issuer_id, type)
    select h.id, h.holder_id, r.identifier, u.id, r.type
    from holder_studies h
      join header_variants x on x.study_id = h.id and x.series_id = 0 and x.no = h.header_no
      cross join lateral jsonb_to_recordset(x.header -> 'otherIdentifiers') as r (identifier text, issuer text, type text)
      join issuers u on u.value = r.issuer
    where h.id = ${studyId}::bigint and h.holder_id = any (string_to_array(${entities}, ',')::smallint[])
    union all
    select h.id, h.holder_id, i.identifier, i.issuer_id, i.type
    from holder_studies h join patient_identifiers i on i.study_id = h.id
    where h.id = ${studyId}::bigint and h.holder_id = any (string_to_array(${entities}, ',')::smallint[])
      and not exists (select from header_variants x where x.study_id = h.id and x.series_id = 0 and x.no = h.header_no)`
}
