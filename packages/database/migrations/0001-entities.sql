-- Health entities and the small dictionaries that keep instance rows short.

create table entities (
  id smallint generated always as identity primary key,
  code text collate "C" not null unique,
  kind text not null check (kind in ('EEP', 'EEPA')),
  name text not null,
  status text not null check (status in ('active', 'suspended', 'unlisted')),
  ae_titles text[] not null default '{}',
  called_aliases text[] not null default '{}',
  hosts text[] not null default '{}',
  port integer,
  certificate_subjects text[] not null default '{}',
  duplicate_policy text not null default 'version' check (duplicate_policy in ('version', 'keep-first', 'refuse')),
  study_stable_ms integer,
  private_sop_classes text[] not null default '{}',
  updated_at timestamptz not null default 'epoch'
);

-- Which duplicate policy was in force when: a reindex must judge an old instance by the policy of its day.
create table entity_policies (
  entity_id smallint not null references entities (id),
  since timestamptz not null,
  duplicate_policy text not null,
  primary key (entity_id, since)
);

-- SOP class and transfer syntax UIDs.
create table uids (
  id smallint generated always as identity primary key,
  uid text collate "C" not null unique
);

-- Issuers of patient identifiers: OIDs, names, and `entity:<code>` where a header names none.
create table issuers (
  id integer generated always as identity primary key,
  value text collate "C" not null unique
);
