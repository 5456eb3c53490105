-- Packs: one row per sealed segment. The key is folder || segment || '.tar'; the folder repeats, so it is a dictionary.
create table pack_folders (
  id integer generated always as identity primary key,
  path text collate "C" not null unique
);
create table journals (
  id smallint generated always as identity primary key,
  code text collate "C" not null unique
);

create table packs (
  id bigint generated always as identity primary key,
  size_bytes bigint not null,
  sealed_at timestamptz not null,
  verified_at timestamptz,
  replaced_at timestamptz,
  folder_id integer not null references pack_folders (id),
  generation smallint not null default 0,
  journal_id smallint not null references journals (id),
  number_of_instances integer not null,
  segment_id text collate "C" not null,
  digest bytea not null,
  sha256 bytea
);
create unique index packs_segment on packs (segment_id, journal_id);

-- One row per distinct data set (SHA-256) of a SOP Instance UID in a study; `current` marks the one that is shown.
-- Partitioned by study from day one so that a distributed engine can carry it. No foreign keys: three look-ups per row
-- would cost more than the insert, and the registration transaction makes study, series and pack itself.
-- The key holds a hash of the UID and `version` tells apart what shares it (versions, and the rare collision): 28 bytes an
-- entry where the UID itself made 92, at most half full (measured: 206 bytes of index an instance, now 70).
-- Columns stand by alignment, and rarely absent values use 0 or '' instead of null: a null bitmap costs 8 bytes a row.
create table instances (
  study_id bigint not null,
  series_id bigint not null,
  pack_id bigint not null,
  length_bytes bigint not null,
  received_at timestamptz not null,
  sop_hash integer not null,
  offset_blocks integer not null, -- tar members start at multiples of 512
  data_set_offset integer not null,
  seq integer not null,
  instance_number integer not null, -- -2147483648: absent
  number_of_frames integer not null, -- 0: absent, as for rows, columns and bits
  rows integer not null,
  columns integer not null,
  version smallint not null,
  sop_class_id smallint not null,
  transfer_syntax_id smallint not null,
  entity_id smallint not null,
  flags smallint not null, -- bits of versions/arrival-flags
  bits_allocated smallint not null,
  study_header_no smallint not null,
  series_header_no smallint not null,
  current boolean not null,
  sop_instance_uid text collate "C" not null,
  sha256 bytea not null,
  extra text not null default '', -- DICOM JSON of further attributes, '' when there are none
  primary key (study_id, sop_hash, version)
) partition by hash (study_id);
create table instances_0 partition of instances for values with (modulus 16, remainder 0);
create table instances_1 partition of instances for values with (modulus 16, remainder 1);
create table instances_2 partition of instances for values with (modulus 16, remainder 2);
create table instances_3 partition of instances for values with (modulus 16, remainder 3);
create table instances_4 partition of instances for values with (modulus 16, remainder 4);
create table instances_5 partition of instances for values with (modulus 16, remainder 5);
create table instances_6 partition of instances for values with (modulus 16, remainder 6);
create table instances_7 partition of instances for values with (modulus 16, remainder 7);
create table instances_8 partition of instances for values with (modulus 16, remainder 8);
create table instances_9 partition of instances for values with (modulus 16, remainder 9);
create table instances_10 partition of instances for values with (modulus 16, remainder 10);
create table instances_11 partition of instances for values with (modulus 16, remainder 11);
create table instances_12 partition of instances for values with (modulus 16, remainder 12);
create table instances_13 partition of instances for values with (modulus 16, remainder 13);
create table instances_14 partition of instances for values with (modulus 16, remainder 14);
create table instances_15 partition of instances for values with (modulus 16, remainder 15);
-- Look-up by SOP Instance UID alone: four bytes and a recheck instead of a second copy of every UID.
create index instances_sop_hash on instances (sop_hash);

-- The same bytes received again, wherever they lie: holders, erasure and the choice of version need every arrival.
create table instance_copies (
  study_id bigint not null,
  pack_id bigint not null,
  length_bytes bigint not null,
  received_at timestamptz not null,
  sop_hash integer not null,
  offset_blocks integer not null,
  data_set_offset integer not null,
  seq integer not null,
  version smallint not null,
  entity_id smallint not null,
  flags smallint not null,
  transfer_syntax_id smallint not null,
  primary key (study_id, sop_hash, version, pack_id, offset_blocks)
);

-- Of studies with several holders: which version each holder is shown, of the instances it sent itself.
create table holder_instances (
  study_id bigint not null,
  series_id bigint not null,
  sop_hash integer not null,
  entity_id smallint not null,
  version smallint not null,
  primary key (study_id, entity_id, sop_hash, version)
);

-- Stored and committable, but not shown: what could not be placed, with the reason.
create table quarantine (
  id bigint generated always as identity primary key,
  pack_id bigint not null references packs (id),
  length_bytes bigint not null,
  received_at timestamptz not null,
  resolved_at timestamptz,
  offset_blocks integer not null,
  data_set_offset integer not null,
  seq integer not null,
  entity_id smallint not null references entities (id),
  transfer_syntax_id smallint,
  reason text collate "C" not null,
  detail text,
  sop_class_uid text collate "C",
  sop_instance_uid text collate "C",
  study_instance_uid text collate "C",
  series_instance_uid text collate "C",
  sha256 bytea not null,
  resolution text
);
create index quarantine_open on quarantine (reason) where resolved_at is null;
create index quarantine_sop on quarantine (sop_instance_uid) where sop_instance_uid is not null;
