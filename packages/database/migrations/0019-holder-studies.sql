-- A study that several entities sent, as each of them sent it: its own header, patient, counts and series. A study with one
-- holder, as nearly all are, has no row here: `studies` and `series` are what its holder sent. Columns have the names of
-- `studies` and `series`, so that one search reads either.
create table holder_studies (
  id bigint not null references studies (id),
  patient_id bigint references patients (id),
  first_received_at timestamptz not null,
  last_received_at timestamptz not null,
  number_of_series integer not null,
  number_of_instances integer not null,
  holder_id smallint not null references entities (id),
  header_no smallint not null,
  visibility smallint not null,
  -- 0 it is the one whose row `studies` shows, 1 the same person as that one's, 2 not known to be the same, 3 another person.
  agreement smallint not null default 2,
  -- Of the one that `studies` shows, what proves that the study is its own: 0 nothing, 1 published first, 2 its order, 3 its UID root.
  proof smallint not null default 0,
  first_segment_id text collate "C" not null,
  first_offset_blocks integer not null,
  study_instance_uid text collate "C" not null,
  modalities text collate "C" not null,
  study_date text collate "C",
  study_time text collate "C",
  accession_number text collate "C",
  issuer_of_accession text collate "C",
  patient_name text,
  patient_name_folded text collate "C",
  patient_name_other_folded text collate "C",
  patient_birth_date text collate "C",
  patient_sex text collate "C",
  issuer_of_patient_id text collate "C",
  referring_physician text,
  referring_physician_folded text collate "C",
  study_id text collate "C",
  description text,
  timezone_offset text collate "C",
  primary key (id, holder_id)
);
create index holder_studies_uid on holder_studies ((md5(study_instance_uid)::uuid));
create index holder_studies_arrival on holder_studies (holder_id, first_received_at);
create index holder_studies_date on holder_studies (holder_id, study_date);
create index holder_studies_accession on holder_studies (accession_number) where accession_number is not null;
create index holder_studies_name on holder_studies (patient_name_folded) where patient_name_folded is not null;
create index holder_studies_other_name on holder_studies (patient_name_other_folded) where patient_name_other_folded is not null;
create index holder_studies_patient on holder_studies (patient_id);
create index holder_studies_conflict on holder_studies (id) where agreement = 3;

-- As patient_identifiers, of what each holder states.
create table holder_identifiers (
  study_id bigint not null references studies (id),
  holder_id smallint not null,
  issuer_id integer not null references issuers (id),
  identifier text collate "C" not null,
  type text collate "C" not null,
  primary key (identifier, issuer_id, study_id, holder_id)
);
create index holder_identifiers_study on holder_identifiers (study_id, holder_id);

create table holder_series (
  id bigint not null,
  study_id bigint not null references studies (id),
  number_of_instances integer not null,
  series_number integer,
  uid_hash integer not null,
  holder_id smallint not null,
  header_no smallint not null,
  series_instance_uid text collate "C" not null,
  modality text collate "C",
  description text,
  body_part text collate "C",
  laterality text collate "C",
  station_name text,
  institution_name text,
  protocol_name text,
  performed_start_date text collate "C",
  performed_start_time text collate "C",
  request_attributes jsonb,
  primary key (study_id, holder_id, id)
);
create index holder_series_uid_hash on holder_series (uid_hash);

-- The header that an arrival of known bytes had: the same bytes of another sender name another domain where the header names none.
alter table instance_copies add column study_header_no smallint not null default 0,
  add column series_header_no smallint not null default 0;
update instance_copies c set study_header_no = i.study_header_no, series_header_no = i.series_header_no
  from instances i where i.study_id = c.study_id and i.sop_hash = c.sop_hash and i.version = c.version
    and (i.study_header_no <> 0 or i.series_header_no <> 0);

-- Who brought a header, so that how many are told apart is limited for each.
alter table header_variants add column entity_id smallint;

-- Studies whose holders' rows are to be made or judged again, because something changed that is no arrival. No foreign key: who
-- tells of a person would wait for who registers instances.
create table unsettled_studies (study_id bigint primary key);
insert into unsettled_studies select id from studies where several_holders;

-- UID roots of an entity: a Study Instance UID that begins with one was made there, whoever sends it.
alter table entities add column uid_roots text[] not null default '{}';
