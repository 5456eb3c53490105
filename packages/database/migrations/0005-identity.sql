-- Which person an identifier stands for: told by ADT messages, by import, or by a regional registry. A row is made for
-- every identifier somebody told us about. `national_id` and `merged_into` are what was told; `survivor_id` (the end of the
-- merges), `root_id` (the end of all pointers: the person) and `resolved_*` (the person's national identifier) are worked
-- out from them, so that a search needs one step. Null in the first two of these means the row itself.
create table identities (
  id bigint generated always as identity primary key,
  national_id bigint references identities (id),
  merged_into bigint references identities (id),
  survivor_id bigint references identities (id),
  root_id bigint references identities (id),
  updated_at timestamptz not null,
  issuer_id integer not null references issuers (id),
  identifier text collate "C" not null,
  resolved_issuer text collate "C",
  resolved_identifier text collate "C",
  name text,
  birth_date text collate "C",
  sex text collate "C",
  source text collate "C" not null,
  unique (identifier, issuer_id)
);
create index identities_resolved on identities (resolved_identifier) where resolved_identifier is not null;
create index identities_national on identities (national_id) where national_id is not null;
create index identities_merged on identities (merged_into) where merged_into is not null;
create index identities_root on identities (root_id) where root_id is not null;

-- The numbers of a study that reports may name, beside its UID: written when the study is evaluated. Its patients are in
-- `patients` and `patient_identifiers`, and what those stand for above.
create table study_keys (
  study_instance_uid text collate "C" not null,
  kind text collate "C" not null check (kind in ('accession', 'placer', 'filler')),
  value text collate "C" not null,
  issuer text collate "C" not null default '',
  primary key (value, kind, issuer, study_instance_uid)
);
create index study_keys_study on study_keys (study_instance_uid);

-- What order messages said of the numbers of an exam: images carry the accession number, reports may name the order.
create table orders (
  id bigint generated always as identity primary key,
  received_at timestamptz not null,
  origin text collate "C" not null,
  -- Empty where the order names the study alone, and where the number has no issuer.
  accession_number text collate "C" not null,
  accession_issuer text collate "C" not null,
  study_instance_uid text collate "C" not null,
  placers jsonb not null,
  fillers jsonb not null,
  unique (accession_number, accession_issuer, origin, study_instance_uid)
);
create index orders_study on orders (study_instance_uid) where study_instance_uid <> '';

-- A number this archive made for a study that had none; marked so for ever.
create table generated_accessions (
  study_instance_uid text collate "C" primary key,
  accession_number text collate "C" not null unique,
  issuer text collate "C" not null,
  created_at timestamptz not null
);
