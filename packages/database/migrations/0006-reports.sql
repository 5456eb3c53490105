-- A version of a report. The document lies in the object store; here is what links and lists need.
create table reports (
  id uuid primary key,
  received_at timestamptz not null,
  -- When to look for its studies again; null: nothing changed since it was last evaluated.
  due_at timestamptz,
  size_bytes bigint not null,
  version integer,
  visibility smallint not null default 0,
  -- Whoever may correct it: the code of an entity, or `fse`.
  origin text collate "C" not null,
  source text collate "C" not null check (source in ('http', 'mllp', 'instance')),
  format text collate "C" not null,
  state text collate "C" not null check (state in ('current', 'superseded', 'withdrawn')),
  unique_id text collate "C" not null,
  set_id text collate "C",
  type text collate "C",
  confidentiality text collate "C",
  -- The study it arrived in, where it is a DICOM instance.
  study_instance_uid text collate "C",
  document_key text collate "C" not null,
  content_type text collate "C" not null,
  sha256 bytea not null,
  facts jsonb not null
);
create unique index reports_unique on reports (origin, (md5(unique_id)::uuid), sha256);
create index reports_set on reports (origin, set_id) where set_id is not null;
create index reports_due on reports (due_at) where due_at is not null;
create index reports_study on reports (study_instance_uid) where study_instance_uid is not null;

create table report_keys (
  report_id uuid not null references reports (id),
  kind text collate "C" not null check (kind in ('study', 'accession', 'placer', 'filler', 'prescription', 'patient', 'replaces')),
  value text collate "C" not null,
  issuer text collate "C" not null default '',
  primary key (value, kind, issuer, report_id)
);
create index report_keys_report on report_keys (report_id);

create table links (
  report_id uuid not null references reports (id),
  study_instance_uid text collate "C" not null,
  state text collate "C" not null check (state in ('LINKED', 'REVIEW', 'REJECTED_CONFLICT', 'UNLINKED', 'SUPERSEDED')),
  tier text collate "C" not null,
  score real not null,
  evidence jsonb not null,
  valid_from timestamptz not null,
  -- Null: the rules; else a person, whose word the rules do not change.
  decided_by text,
  reason text,
  primary key (report_id, study_instance_uid)
);
create index links_study on links (study_instance_uid);
create index links_review on links (valid_from, report_id) where state in ('REVIEW', 'REJECTED_CONFLICT');

create table link_history (
  seq bigint generated always as identity primary key,
  at timestamptz not null,
  report_id uuid not null,
  study_instance_uid text collate "C" not null,
  state text collate "C" not null,
  tier text collate "C" not null,
  score real not null,
  evidence jsonb not null,
  decided_by text,
  reason text
);
create index link_history_report on link_history (report_id);
create index link_history_study on link_history (study_instance_uid);
create trigger link_history_append_only before update or delete on link_history
  for each row execute function refuse_change();

-- What a person decided before its report or study was there (a rebuilt catalog), and since.
create table link_decisions (
  report_id uuid not null,
  study_instance_uid text collate "C" not null,
  decision text collate "C" not null check (decision in ('accept', 'refuse', 'unlink')),
  decided_by text not null,
  reason text not null,
  decided_at timestamptz not null,
  primary key (report_id, study_instance_uid)
);
