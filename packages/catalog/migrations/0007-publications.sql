-- What the health record's registry should say of a study, against what it says: one row a study that was stable once.
create table publications (
  study_instance_uid text collate "C" primary key,
  -- When to work on it; moved ahead while somebody does. Null: nothing to do.
  due_at timestamptz,
  -- Since when desired and registered state differ; null: they agree, or the study may not be published.
  dirty_since timestamptz,
  attempts integer not null default 0,
  version integer not null default 0,
  state text collate "C" not null check (state in
    ('PENDING', 'UNRESOLVED', 'BUILT', 'REGISTERED', 'WITHDRAWN', 'FAILED_RETRYABLE', 'FAILED_BLOCKING')),
  -- The registry's own words, for the operator.
  last_error text
);
create index publications_due on publications (due_at) where due_at is not null;
create index publications_dirty on publications (dirty_since) where dirty_since is not null;
create index publications_failed on publications (study_instance_uid) where state = 'FAILED_BLOCKING';

-- Every manifest that was built; both formats of a version share the UID. Documents lie in the object store.
create table manifests (
  id bigint generated always as identity primary key,
  study_instance_uid text collate "C" not null,
  version integer not null,
  created_at timestamptz not null,
  registered_at timestamptz,
  state text collate "C" not null check (state in ('BUILT', 'REGISTERED', 'SUPERSEDED', 'WITHDRAWN')),
  profile text collate "C" not null,
  content_hash text collate "C" not null,
  manifest_uid text collate "C" not null unique,
  kos_key text collate "C" not null,
  kos_size_bytes integer not null,
  kos_sha1 bytea not null,
  fhir_key text collate "C" not null,
  fhir_size_bytes integer not null,
  fhir_sha1 bytea not null,
  -- Where the entries lie in an external registry (`DocumentReference/…`).
  kos_reference text collate "C",
  fhir_reference text collate "C",
  unique (study_instance_uid, version)
);

-- Told to the health record's webhook, in order for each study.
create table notifications (
  id bigint generated always as identity primary key,
  study_instance_uid text collate "C" not null,
  created_at timestamptz not null,
  due_at timestamptz,
  attempts integer not null default 0,
  kind text collate "C" not null,
  payload jsonb not null,
  last_error text
);
create index notifications_due on notifications (study_instance_uid, id) where due_at is not null;
