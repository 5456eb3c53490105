-- Which person an identifier stands for: told by ADT messages, by import, or by a regional registry. A row is made for
-- every identifier somebody told us about; `resolved_*` is worked out from `national_*` and `merged_into`, so that a
-- search needs one step.
create table identities (
  id bigint generated always as identity primary key,
  issuer_id integer not null references issuers (id),
  merged_into bigint references identities (id),
  updated_at timestamptz not null,
  identifier text collate "C" not null,
  national_issuer text collate "C",
  national_identifier text collate "C",
  resolved_issuer text collate "C",
  resolved_identifier text collate "C",
  name text,
  birth_date text collate "C",
  sex text collate "C",
  source text collate "C" not null,
  unique (identifier, issuer_id)
);
create index identities_resolved on identities (resolved_identifier) where resolved_identifier is not null;
create index identities_merged on identities (merged_into) where merged_into is not null;

-- The keys of a study that reports may name, beside its UID: written when the study is evaluated.
create table study_keys (
  study_instance_uid text collate "C" not null,
  kind text collate "C" not null check (kind in ('accession', 'placer', 'filler', 'patient')),
  value text collate "C" not null,
  issuer text collate "C" not null default '',
  primary key (value, kind, issuer, study_instance_uid)
);
create index study_keys_study on study_keys (study_instance_uid);

-- A number this archive made for a study that had none; marked so for ever.
create table generated_accessions (
  study_instance_uid text collate "C" primary key,
  accession_number text collate "C" not null unique,
  issuer text collate "C" not null,
  created_at timestamptz not null
);
