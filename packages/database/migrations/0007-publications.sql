-- What the health record's registry should say of a study, against what it says: one row a study that was stable once.
create table publications (
  study_instance_uid text collate "C" primary key,
  -- When to work on it. Whoever takes it sets this to null and `leased_until` instead, so that a change in the meantime
  -- shows; a lease that ran out is taken again.
  due_at timestamptz,
  leased_until timestamptz,
  -- Since when desired and registered state differ; null: they agree, or the study may not be published.
  dirty_since timestamptz,
  attempts integer not null default 0,
  version integer not null default 0,
  -- Compare with what the registry itself says, whatever our record is.
  verify boolean not null default false,
  state text collate "C" not null check (state in
    ('PENDING', 'UNRESOLVED', 'BUILT', 'REGISTERED', 'WITHDRAWN', 'FAILED_RETRYABLE', 'FAILED_BLOCKING')),
  -- The registry's own words, for the operator.
  last_error text,
  -- Its ImagingStudy under /fhir: RFC 9562 version 8 of a digest, as the linker computes it.
  fhir_id uuid not null generated always as ((
    substr(encode(sha256((study_instance_uid || '/ImagingStudy')::bytea), 'hex'), 1, 12) || '8'
    || substr(encode(sha256((study_instance_uid || '/ImagingStudy')::bytea), 'hex'), 14, 3)
    || translate(substr(encode(sha256((study_instance_uid || '/ImagingStudy')::bytea), 'hex'), 17, 1),
      '0123456789abcdef', '89ab89ab89ab89ab')
    || substr(encode(sha256((study_instance_uid || '/ImagingStudy')::bytea), 'hex'), 18, 15))::uuid) stored
);
create index publications_due on publications (due_at) where due_at is not null;
create index publications_leased on publications (leased_until) where leased_until is not null;
create index publications_dirty on publications (dirty_since) where dirty_since is not null;
create index publications_state on publications (state, study_instance_uid)
  where state in ('UNRESOLVED', 'FAILED_BLOCKING', 'FAILED_RETRYABLE');
create unique index publications_fhir_id on publications (fhir_id);

-- Every manifest that was built; both formats of a version share the UID. Documents lie in the object store.
create table manifests (
  id bigint generated always as identity primary key,
  created_at timestamptz not null,
  registered_at timestamptz,
  kos_id uuid not null unique,
  fhir_id uuid not null unique,
  viewer_endpoint_id uuid,
  version integer not null,
  kos_size_bytes integer not null,
  fhir_size_bytes integer not null,
  study_instance_uid text collate "C" not null,
  state text collate "C" not null check (state in ('BUILT', 'REGISTERED', 'SUPERSEDED', 'WITHDRAWN')),
  profile text collate "C" not null,
  content_hash text collate "C" not null,
  manifest_uid text collate "C" not null unique,
  kos_key text collate "C" not null,
  kos_sha1 bytea not null,
  fhir_key text collate "C" not null,
  fhir_sha1 bytea not null,
  -- Where the entries lie in an external registry (`DocumentReference/…`).
  kos_reference text collate "C",
  fhir_reference text collate "C",
  -- What /fhir is searched by, as it was registered: a later correction must not show a former person's entry.
  patient_issuer text collate "C" not null,
  patient_identifier text collate "C" not null,
  study_date text collate "C",
  modalities text[] not null,
  regions text[] not null,
  accessions text[] not null, -- value, and issuer|value
  -- DocumentReference of each format, as first made: {"kos": …, "fhir": …}.
  entries jsonb not null,
  unique (study_instance_uid, version)
);
create index manifests_patient on manifests (patient_identifier, patient_issuer);
create index manifests_date on manifests (study_date);
create index manifests_accessions on manifests using gin (accessions);
create index manifests_endpoint on manifests (viewer_endpoint_id) where viewer_endpoint_id is not null;

-- Instances taken out of the shared manifest by a rejection note (IHE IOCM).
create table rejected_instances (
  study_instance_uid text collate "C" not null,
  sop_instance_uid text collate "C" not null,
  -- DCM code of the note's title: 113001, 113037, 113038 or 113039.
  reason text collate "C" not null,
  rejected_at timestamptz not null,
  primary key (study_instance_uid, sop_instance_uid)
);

-- Told to the health record's webhook, in order for each study.
create table notifications (
  id bigint generated always as identity primary key,
  study_instance_uid text collate "C" not null,
  created_at timestamptz not null,
  -- When to send it, moved ahead while somebody does; null: done, or given up.
  due_at timestamptz,
  attempts integer not null default 0,
  kind text collate "C" not null,
  payload jsonb not null,
  last_error text
);
create index notifications_due on notifications (study_instance_uid, id) where due_at is not null;
