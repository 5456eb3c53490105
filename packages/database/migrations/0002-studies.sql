-- A patient is one identifier in one domain. Where the header names no issuer the sending entity is the domain, so that
-- equal local numbers of two hospitals never meet.
create table patients (
  id bigint generated always as identity primary key,
  issuer_id integer not null references issuers (id),
  identifier text collate "C" not null,
  unique (identifier, issuer_id)
);

-- Fill factor: a row is updated once per segment; nothing that changes is indexed, so the updates stay on the page (HOT).
create table studies (
  id bigint generated always as identity primary key,
  patient_id bigint references patients (id),
  first_received_at timestamptz not null,
  last_received_at timestamptz not null,
  first_pack_id bigint not null,
  first_offset_blocks integer not null,
  revision integer not null default 1,
  number_of_series integer not null,
  number_of_instances integer not null,
  owner_entity_id smallint not null references entities (id),
  header_no smallint not null default 0,
  state smallint not null default 0, -- 0 receiving, 1 stable
  visibility smallint not null default 0, -- 0 normal, 1 hidden
  several_holders boolean not null default false,
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
  timezone_offset text collate "C"
) with (fillfactor = 95);
-- A digest of 16 bytes instead of up to 64 characters: the index is less than half as large.
create unique index studies_uid on studies ((md5(study_instance_uid)::uuid));
create index studies_patient on studies (patient_id);
create index studies_arrival on studies (first_received_at);
create index studies_date on studies (study_date);
create index studies_accession on studies (accession_number) where accession_number is not null;
create index studies_name on studies (patient_name_folded) where patient_name_folded is not null;
create index studies_other_name on studies (patient_name_other_folded) where patient_name_other_folded is not null;
create index studies_hidden on studies (id) where visibility <> 0;

-- Further identifiers that the shown header of a study states (Other Patient IDs Sequence). By study and not by patient:
-- a header corrected later must not leave its wrong identifier with the patient's other studies.
create table patient_identifiers (
  study_id bigint not null references studies (id),
  issuer_id integer not null references issuers (id),
  identifier text collate "C" not null,
  type text collate "C" not null,
  primary key (identifier, issuer_id, study_id)
);
create index patient_identifiers_study on patient_identifiers (study_id);

-- Due times of the studies still being received. Apart from studies because the time moves with every segment; not
-- indexed because a scan of the few rows is cheaper than an index entry for each move.
create table due_studies (
  study_id bigint primary key references studies (id),
  stable_at timestamptz not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

create table series (
  id bigint generated always as identity,
  study_id bigint not null references studies (id),
  number_of_instances integer not null,
  series_number integer,
  uid_hash integer not null,
  header_no smallint not null default 0,
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
  primary key (study_id, id)
) with (fillfactor = 95);
-- A series is unique in its study by the lock on the study; this only finds it.
create index series_uid_hash on series (uid_hash);

-- Who else holds a study, and how it came to them. A study with one holder has no row here: that is its owner.
create table holders (
  study_id bigint not null references studies (id),
  since timestamptz not null,
  entity_id smallint not null references entities (id),
  role smallint not null, -- 0 sent it, 1 was given a copy by us
  primary key (study_id, entity_id, role)
);

-- Study (series_id 0) and series headers that differ from the one shown on the row, by number: when the instance that
-- defines the row is replaced, another header takes its place without reading a pack.
create table header_variants (
  study_id bigint not null references studies (id),
  series_id bigint not null,
  no smallint not null,
  header jsonb not null,
  primary key (study_id, series_id, no)
);
