table audit (
  seq bigint not null
  at timestamp with time zone not null
  hash bytea not null
  actor text not null
  role text collate "C" not null
  purpose text collate "C"
  action text collate "C" not null
  outcome text collate "C" not null
  object jsonb not null
  PRIMARY KEY (seq)
)
CREATE INDEX audit_at ON public.audit USING btree (at)
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION refuse_change()

table due_studies (
  study_id bigint not null
  stable_at timestamp with time zone not null
  PRIMARY KEY (study_id)
  FOREIGN KEY (study_id) REFERENCES studies(id)
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0.05)

table entities (
  id smallint not null generated always as identity
  code text collate "C" not null
  kind text not null
  name text not null
  status text not null
  ae_titles text[] not null default '{}'::text[]
  called_aliases text[] not null default '{}'::text[]
  hosts text[] not null default '{}'::text[]
  port integer
  certificate_subjects text[] not null default '{}'::text[]
  duplicate_policy text not null default 'version'::text
  study_stable_ms integer
  private_sop_classes text[] not null default '{}'::text[]
  updated_at timestamp with time zone not null default '1970-01-01 00:00:00+00'::timestamp with time zone
  uid_roots text[] not null default '{}'::text[]
  UNIQUE (code)
  PRIMARY KEY (id)
  CHECK ((duplicate_policy = ANY (ARRAY['version'::text, 'keep-first'::text, 'refuse'::text])))
  CHECK ((kind = ANY (ARRAY['EEP'::text, 'EEPA'::text])))
  CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'unlisted'::text])))
)

table entity_policies (
  entity_id smallint not null
  since timestamp with time zone not null
  duplicate_policy text not null
  PRIMARY KEY (entity_id, since)
  FOREIGN KEY (entity_id) REFERENCES entities(id)
)

table events (
  seq bigint not null generated always as identity
  created_at timestamp with time zone not null default now()
  shipped_at timestamp with time zone
  type text collate "C" not null
  payload jsonb not null
  version smallint not null default 1
  PRIMARY KEY (seq)
)
CREATE INDEX events_pending ON public.events USING btree (seq) WHERE (shipped_at IS NULL)
CREATE TRIGGER events_no_delete BEFORE DELETE ON public.events FOR EACH ROW EXECUTE FUNCTION refuse_change()
CREATE TRIGGER events_only_shipped BEFORE UPDATE ON public.events FOR EACH ROW WHEN (((old.seq IS DISTINCT FROM new.seq) OR (old.type IS DISTINCT FROM new.type) OR (old.payload IS DISTINCT FROM new.payload) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.version IS DISTINCT FROM new.version))) EXECUTE FUNCTION refuse_change()

table generated_accessions (
  study_instance_uid text collate "C" not null
  accession_number text collate "C" not null
  issuer text collate "C" not null
  created_at timestamp with time zone not null
  UNIQUE (accession_number)
  PRIMARY KEY (study_instance_uid)
)

table header_variants (
  study_id bigint not null
  series_id bigint not null
  no smallint not null
  header jsonb not null
  entity_id smallint
  PRIMARY KEY (study_id, series_id, no)
  FOREIGN KEY (study_id) REFERENCES studies(id)
)

table holder_identifiers (
  study_id bigint not null
  holder_id smallint not null
  issuer_id integer not null
  identifier text collate "C" not null
  type text collate "C" not null
  PRIMARY KEY (identifier, issuer_id, study_id, holder_id)
  FOREIGN KEY (issuer_id) REFERENCES issuers(id)
  FOREIGN KEY (study_id) REFERENCES studies(id)
)
CREATE INDEX holder_identifiers_study ON public.holder_identifiers USING btree (study_id, holder_id)

table holder_instances (
  study_id bigint not null
  series_id bigint not null
  sop_hash integer not null
  entity_id smallint not null
  version smallint not null
  PRIMARY KEY (study_id, entity_id, sop_hash, version)
)

table holder_series (
  id bigint not null
  study_id bigint not null
  number_of_instances integer not null
  series_number integer
  uid_hash integer not null
  holder_id smallint not null
  header_no smallint not null
  series_instance_uid text collate "C" not null
  modality text collate "C"
  description text
  body_part text collate "C"
  laterality text collate "C"
  station_name text
  institution_name text
  protocol_name text
  performed_start_date text collate "C"
  performed_start_time text collate "C"
  request_attributes jsonb
  PRIMARY KEY (study_id, holder_id, id)
  FOREIGN KEY (study_id) REFERENCES studies(id)
)
CREATE INDEX holder_series_uid_hash ON public.holder_series USING btree (uid_hash)

table holder_studies (
  id bigint not null
  patient_id bigint
  first_received_at timestamp with time zone not null
  last_received_at timestamp with time zone not null
  number_of_series integer not null
  number_of_instances integer not null
  holder_id smallint not null
  header_no smallint not null
  visibility smallint not null
  agreement smallint not null default 2
  proof smallint not null default 0
  first_segment_id text collate "C" not null
  first_offset_blocks integer not null
  study_instance_uid text collate "C" not null
  modalities text collate "C" not null
  study_date text collate "C"
  study_time text collate "C"
  accession_number text collate "C"
  issuer_of_accession text collate "C"
  patient_name text
  patient_name_folded text collate "C"
  patient_name_other_folded text collate "C"
  patient_birth_date text collate "C"
  patient_sex text collate "C"
  issuer_of_patient_id text collate "C"
  referring_physician text
  referring_physician_folded text collate "C"
  study_id text collate "C"
  description text
  timezone_offset text collate "C"
  PRIMARY KEY (id, holder_id)
  FOREIGN KEY (holder_id) REFERENCES entities(id)
  FOREIGN KEY (id) REFERENCES studies(id)
  FOREIGN KEY (patient_id) REFERENCES patients(id)
)
CREATE INDEX holder_studies_accession ON public.holder_studies USING btree (accession_number) WHERE (accession_number IS NOT NULL)
CREATE INDEX holder_studies_arrival ON public.holder_studies USING btree (holder_id, first_received_at)
CREATE INDEX holder_studies_conflict ON public.holder_studies USING btree (id) WHERE (agreement = 3)
CREATE INDEX holder_studies_date ON public.holder_studies USING btree (holder_id, study_date)
CREATE INDEX holder_studies_name ON public.holder_studies USING btree (patient_name_folded) WHERE (patient_name_folded IS NOT NULL)
CREATE INDEX holder_studies_other_name ON public.holder_studies USING btree (patient_name_other_folded) WHERE (patient_name_other_folded IS NOT NULL)
CREATE INDEX holder_studies_patient ON public.holder_studies USING btree (patient_id)
CREATE INDEX holder_studies_uid ON public.holder_studies USING btree (((md5(study_instance_uid))::uuid))

table holders (
  study_id bigint not null
  since timestamp with time zone not null
  entity_id smallint not null
  role smallint not null
  PRIMARY KEY (study_id, entity_id, role)
  FOREIGN KEY (entity_id) REFERENCES entities(id)
  FOREIGN KEY (study_id) REFERENCES studies(id)
)

table identities (
  id bigint not null generated always as identity
  national_id bigint
  merged_into bigint
  survivor_id bigint
  root_id bigint
  updated_at timestamp with time zone not null
  issuer_id integer not null
  identifier text collate "C" not null
  resolved_issuer text collate "C"
  resolved_identifier text collate "C"
  name text
  birth_date text collate "C"
  sex text collate "C"
  source text collate "C" not null
  UNIQUE (identifier, issuer_id)
  PRIMARY KEY (id)
  FOREIGN KEY (issuer_id) REFERENCES issuers(id)
  FOREIGN KEY (merged_into) REFERENCES identities(id)
  FOREIGN KEY (national_id) REFERENCES identities(id)
  FOREIGN KEY (root_id) REFERENCES identities(id)
  FOREIGN KEY (survivor_id) REFERENCES identities(id)
)
CREATE INDEX identities_merged ON public.identities USING btree (merged_into) WHERE (merged_into IS NOT NULL)
CREATE INDEX identities_national ON public.identities USING btree (national_id) WHERE (national_id IS NOT NULL)
CREATE INDEX identities_resolved ON public.identities USING btree (resolved_identifier) WHERE (resolved_identifier IS NOT NULL)
CREATE INDEX identities_root ON public.identities USING btree (root_id) WHERE (root_id IS NOT NULL)

table identity_domains (
  domain text collate "C" not null
  entity_code text collate "C" not null
  assigned_at timestamp with time zone not null
  PRIMARY KEY (domain)
)
CREATE INDEX identity_domains_entity ON public.identity_domains USING btree (entity_code)

table instance_copies (
  study_id bigint not null
  pack_id bigint not null
  length_bytes bigint not null
  received_at timestamp with time zone not null
  sop_hash integer not null
  offset_blocks integer not null
  data_set_offset integer not null
  seq integer not null
  version smallint not null
  entity_id smallint not null
  flags smallint not null
  transfer_syntax_id smallint not null
  study_header_no smallint not null default 0
  series_header_no smallint not null default 0
  PRIMARY KEY (study_id, sop_hash, version, pack_id, offset_blocks)
)

table instances ( -- HASH (study_id)
  study_id bigint not null
  series_id bigint not null
  pack_id bigint not null
  length_bytes bigint not null
  received_at timestamp with time zone not null
  sop_hash integer not null
  offset_blocks integer not null
  data_set_offset integer not null
  seq integer not null
  instance_number integer not null
  number_of_frames integer not null
  rows integer not null
  columns integer not null
  version smallint not null
  sop_class_id smallint not null
  transfer_syntax_id smallint not null
  entity_id smallint not null
  flags smallint not null
  bits_allocated smallint not null
  study_header_no smallint not null
  series_header_no smallint not null
  current boolean not null
  sop_instance_uid text collate "C" not null
  sha256 bytea not null
  extra text not null default ''::text
  PRIMARY KEY (study_id, sop_hash, version)
)
CREATE INDEX instances_sop_hash ON ONLY public.instances USING btree (sop_hash)

table instances_0 ( -- FOR VALUES WITH (modulus 16, remainder 0)
  study_id bigint not null
  series_id bigint not null
  pack_id bigint not null
  length_bytes bigint not null
  received_at timestamp with time zone not null
  sop_hash integer not null
  offset_blocks integer not null
  data_set_offset integer not null
  seq integer not null
  instance_number integer not null
  number_of_frames integer not null
  rows integer not null
  columns integer not null
  version smallint not null
  sop_class_id smallint not null
  transfer_syntax_id smallint not null
  entity_id smallint not null
  flags smallint not null
  bits_allocated smallint not null
  study_header_no smallint not null
  series_header_no smallint not null
  current boolean not null
  sop_instance_uid text collate "C" not null
  sha256 bytea not null
  extra text not null default ''::text
  PRIMARY KEY (study_id, sop_hash, version)
)
CREATE INDEX instances_0_sop_hash_idx ON public.instances_0 USING btree (sop_hash)

table issuers (
  id integer not null generated always as identity
  value text collate "C" not null
  entity_id smallint
  arrived_on date
  UNIQUE (value)
  PRIMARY KEY (id)
)
CREATE INDEX issuers_entity ON public.issuers USING btree (entity_id, arrived_on) WHERE (entity_id IS NOT NULL)

table journals (
  id smallint not null generated always as identity
  code text collate "C" not null
  UNIQUE (code)
  PRIMARY KEY (id)
)

table link_decisions (
  report_id uuid not null
  study_instance_uid text collate "C" not null
  decision text collate "C" not null
  decided_by text not null
  reason text not null
  decided_at timestamp with time zone not null
  PRIMARY KEY (report_id, study_instance_uid)
  CHECK ((decision = ANY (ARRAY['accept'::text, 'refuse'::text, 'unlink'::text])))
)

table link_history (
  seq bigint not null generated always as identity
  at timestamp with time zone not null
  report_id uuid not null
  study_instance_uid text collate "C" not null
  state text collate "C" not null
  tier text collate "C" not null
  score real not null
  evidence jsonb not null
  decided_by text
  reason text
  PRIMARY KEY (seq)
)
CREATE INDEX link_history_report ON public.link_history USING btree (report_id)
CREATE INDEX link_history_study ON public.link_history USING btree (study_instance_uid)
CREATE TRIGGER link_history_append_only BEFORE DELETE OR UPDATE ON public.link_history FOR EACH ROW EXECUTE FUNCTION refuse_change()

table links (
  report_id uuid not null
  study_instance_uid text collate "C" not null
  state text collate "C" not null
  tier text collate "C" not null
  score real not null
  evidence jsonb not null
  valid_from timestamp with time zone not null
  decided_by text
  reason text
  restored boolean not null default false
  PRIMARY KEY (report_id, study_instance_uid)
  FOREIGN KEY (report_id) REFERENCES reports(id)
  CHECK ((state = ANY (ARRAY['LINKED'::text, 'REVIEW'::text, 'REJECTED_CONFLICT'::text, 'UNLINKED'::text, 'SUPERSEDED'::text])))
)
CREATE INDEX links_review ON public.links USING btree (valid_from, report_id) WHERE (state = ANY (ARRAY['REVIEW'::text, 'REJECTED_CONFLICT'::text]))
CREATE INDEX links_study ON public.links USING btree (study_instance_uid)

table manifests (
  id bigint not null generated always as identity
  created_at timestamp with time zone not null
  registered_at timestamp with time zone
  kos_id uuid not null
  fhir_id uuid not null
  viewer_endpoint_id uuid
  version integer not null
  kos_size_bytes integer not null
  fhir_size_bytes integer not null
  study_instance_uid text collate "C" not null
  state text collate "C" not null
  profile text collate "C" not null
  content_hash text collate "C" not null
  manifest_uid text collate "C" not null
  kos_key text collate "C" not null
  kos_sha1 bytea not null
  fhir_key text collate "C" not null
  fhir_sha1 bytea not null
  kos_reference text collate "C"
  fhir_reference text collate "C"
  patient_issuer text collate "C" not null
  patient_identifier text collate "C" not null
  study_date text collate "C"
  modalities text[] not null
  regions text[] not null
  accessions text[] not null
  entries jsonb not null
  changed_at timestamp with time zone
  UNIQUE (fhir_id)
  UNIQUE (kos_id)
  UNIQUE (manifest_uid)
  UNIQUE (study_instance_uid, version)
  PRIMARY KEY (id)
  CHECK ((state = ANY (ARRAY['BUILT'::text, 'REGISTERED'::text, 'SUPERSEDED'::text, 'WITHDRAWN'::text])))
)
CREATE INDEX manifests_accessions ON public.manifests USING gin (accessions)
CREATE INDEX manifests_changed ON public.manifests USING btree (changed_at)
CREATE INDEX manifests_date ON public.manifests USING btree (study_date)
CREATE INDEX manifests_endpoint ON public.manifests USING btree (viewer_endpoint_id) WHERE (viewer_endpoint_id IS NOT NULL)
CREATE INDEX manifests_patient ON public.manifests USING btree (patient_identifier, patient_issuer)

table merge_proposals (
  id uuid not null
  survivor_issuer text not null
  survivor_identifier text not null
  merged_issuer text not null
  merged_identifier text not null
  source text not null
  proposed_at timestamp with time zone not null
  decision text
  decided_by text
  decided_at timestamp with time zone
  PRIMARY KEY (id)
  CHECK (((decision IS NULL) = (decided_at IS NULL)))
  CHECK ((decision = ANY (ARRAY['confirm'::text, 'refuse'::text])))
)
CREATE INDEX merge_proposals_open ON public.merge_proposals USING btree (proposed_at, id) WHERE (decision IS NULL)

table notifications (
  id bigint not null generated always as identity
  study_instance_uid text collate "C" not null
  created_at timestamp with time zone not null
  due_at timestamp with time zone
  attempts integer not null default 0
  kind text collate "C" not null
  payload jsonb not null
  last_error text
  PRIMARY KEY (id)
)
CREATE INDEX notifications_due ON public.notifications USING btree (study_instance_uid, id) WHERE (due_at IS NOT NULL)

table orders (
  id bigint not null generated always as identity
  received_at timestamp with time zone not null
  origin text collate "C" not null
  accession_number text collate "C" not null
  accession_issuer text collate "C" not null
  study_instance_uid text collate "C" not null
  placers jsonb not null
  fillers jsonb not null
  UNIQUE (accession_number, accession_issuer, origin, study_instance_uid)
  PRIMARY KEY (id)
)
CREATE INDEX orders_study ON public.orders USING btree (study_instance_uid) WHERE (study_instance_uid <> ''::text)

table pack_folders (
  id integer not null generated always as identity
  path text collate "C" not null
  UNIQUE (path)
  PRIMARY KEY (id)
)

table packs (
  id bigint not null generated always as identity
  size_bytes bigint not null
  sealed_at timestamp with time zone not null
  verified_at timestamp with time zone
  replaced_at timestamp with time zone
  folder_id integer not null
  generation smallint not null default 0
  journal_id smallint not null
  number_of_instances integer not null
  segment_id text collate "C" not null
  digest bytea not null
  sha256 bytea
  PRIMARY KEY (id)
  FOREIGN KEY (folder_id) REFERENCES pack_folders(id)
  FOREIGN KEY (journal_id) REFERENCES journals(id)
)
CREATE UNIQUE INDEX packs_segment ON public.packs USING btree (segment_id, journal_id)

table patient_identifiers (
  study_id bigint not null
  issuer_id integer not null
  identifier text collate "C" not null
  type text collate "C" not null
  PRIMARY KEY (identifier, issuer_id, study_id)
  FOREIGN KEY (issuer_id) REFERENCES issuers(id)
  FOREIGN KEY (study_id) REFERENCES studies(id)
)
CREATE INDEX patient_identifiers_study ON public.patient_identifiers USING btree (study_id)

table patients (
  id bigint not null generated always as identity
  issuer_id integer not null
  identifier text collate "C" not null
  UNIQUE (identifier, issuer_id)
  PRIMARY KEY (id)
  FOREIGN KEY (issuer_id) REFERENCES issuers(id)
)

table publications (
  study_instance_uid text collate "C" not null
  due_at timestamp with time zone
  leased_until timestamp with time zone
  dirty_since timestamp with time zone
  attempts integer not null default 0
  version integer not null default 0
  verify boolean not null default false
  state text collate "C" not null
  last_error text
  fhir_id uuid not null default (((((substr(encode(sha256(((study_instance_uid || '/ImagingStudy'::text))::bytea), 'hex'::text), 1, 12) || '8'::text) || substr(encode(sha256(((study_instance_uid || '/ImagingStudy'::text))::bytea), 'hex'::text), 14, 3)) || translate(substr(encode(sha256(((study_instance_uid || '/ImagingStudy'::text))::bytea), 'hex'::text), 17, 1), '0123456789abcdef'::text, '89ab89ab89ab89ab'::text)) || substr(encode(sha256(((study_instance_uid || '/ImagingStudy'::text))::bytea), 'hex'::text), 18, 15)))::uuid
  PRIMARY KEY (study_instance_uid)
  CHECK ((state = ANY (ARRAY['PENDING'::text, 'UNRESOLVED'::text, 'BUILT'::text, 'REGISTERED'::text, 'WITHDRAWN'::text, 'FAILED_RETRYABLE'::text, 'FAILED_BLOCKING'::text])))
)
CREATE INDEX publications_dirty ON public.publications USING btree (dirty_since) WHERE (dirty_since IS NOT NULL)
CREATE INDEX publications_due ON public.publications USING btree (due_at) WHERE (due_at IS NOT NULL)
CREATE UNIQUE INDEX publications_fhir_id ON public.publications USING btree (fhir_id)
CREATE INDEX publications_leased ON public.publications USING btree (leased_until) WHERE (leased_until IS NOT NULL)
CREATE INDEX publications_state ON public.publications USING btree (state, study_instance_uid) WHERE (state = ANY (ARRAY['UNRESOLVED'::text, 'FAILED_BLOCKING'::text, 'FAILED_RETRYABLE'::text]))

table quarantine (
  id bigint not null generated always as identity
  pack_id bigint not null
  length_bytes bigint not null
  received_at timestamp with time zone not null
  resolved_at timestamp with time zone
  offset_blocks integer not null
  data_set_offset integer not null
  seq integer not null
  entity_id smallint not null
  transfer_syntax_id smallint
  reason text collate "C" not null
  detail text
  sop_class_uid text collate "C"
  sop_instance_uid text collate "C"
  study_instance_uid text collate "C"
  series_instance_uid text collate "C"
  sha256 bytea not null
  resolution text
  PRIMARY KEY (id)
  FOREIGN KEY (entity_id) REFERENCES entities(id)
  FOREIGN KEY (pack_id) REFERENCES packs(id)
)
CREATE INDEX quarantine_open ON public.quarantine USING btree (reason) WHERE (resolved_at IS NULL)
CREATE INDEX quarantine_sop ON public.quarantine USING btree (sop_instance_uid) WHERE (sop_instance_uid IS NOT NULL)

table rejected_instances (
  study_instance_uid text collate "C" not null
  sop_instance_uid text collate "C" not null
  reason text collate "C" not null
  rejected_at timestamp with time zone not null
  entity_code text collate "C" not null default ''::text
  PRIMARY KEY (study_instance_uid, sop_instance_uid, entity_code)
)

table report_keys (
  report_id uuid not null
  kind text collate "C" not null
  value text collate "C" not null
  issuer text collate "C" not null default ''::text
  PRIMARY KEY (value, kind, issuer, report_id)
  FOREIGN KEY (report_id) REFERENCES reports(id)
  CHECK ((kind = ANY (ARRAY['study'::text, 'accession'::text, 'placer'::text, 'filler'::text, 'prescription'::text, 'patient'::text, 'replaces'::text, 'alias'::text])))
)
CREATE INDEX report_keys_report ON public.report_keys USING btree (report_id)

table reports (
  id uuid not null
  received_at timestamp with time zone not null
  due_at timestamp with time zone
  size_bytes bigint not null
  version integer
  visibility smallint not null default 0
  origin text collate "C" not null
  source text collate "C" not null
  format text collate "C" not null
  state text collate "C" not null
  unique_id text collate "C" not null
  set_id text collate "C"
  type text collate "C"
  confidentiality text collate "C"
  study_instance_uid text collate "C"
  document_key text collate "C" not null
  content_type text collate "C" not null
  sha256 bytea not null
  facts jsonb not null
  PRIMARY KEY (id)
  CHECK ((source = ANY (ARRAY['http'::text, 'mllp'::text, 'instance'::text])))
  CHECK ((state = ANY (ARRAY['current'::text, 'superseded'::text, 'withdrawn'::text])))
)
CREATE INDEX reports_due ON public.reports USING btree (due_at) WHERE (due_at IS NOT NULL)
CREATE INDEX reports_set ON public.reports USING btree (origin, set_id) WHERE (set_id IS NOT NULL)
CREATE INDEX reports_study ON public.reports USING btree (study_instance_uid) WHERE (study_instance_uid IS NOT NULL)
CREATE UNIQUE INDEX reports_unique ON public.reports USING btree (origin, ((md5(unique_id))::uuid), sha256)

table schema_migrations (
  version integer not null
  name text not null
  sha256 text not null
  applied_at timestamp with time zone not null default now()
  PRIMARY KEY (version)
)

table series (
  id bigint not null generated always as identity
  study_id bigint not null
  number_of_instances integer not null
  series_number integer
  uid_hash integer not null
  header_no smallint not null default 0
  series_instance_uid text collate "C" not null
  modality text collate "C"
  description text
  body_part text collate "C"
  laterality text collate "C"
  station_name text
  institution_name text
  protocol_name text
  performed_start_date text collate "C"
  performed_start_time text collate "C"
  request_attributes jsonb
  PRIMARY KEY (study_id, id)
  FOREIGN KEY (study_id) REFERENCES studies(id)
) with (fillfactor=95)
CREATE INDEX series_uid_hash ON public.series USING btree (uid_hash)

table studies (
  id bigint not null generated always as identity
  patient_id bigint
  first_received_at timestamp with time zone not null
  last_received_at timestamp with time zone not null
  first_pack_id bigint not null
  first_offset_blocks integer not null
  revision integer not null default 1
  number_of_series integer not null
  number_of_instances integer not null
  owner_entity_id smallint not null
  header_no smallint not null default 0
  state smallint not null default 0
  visibility smallint not null default 0
  several_holders boolean not null default false
  study_instance_uid text collate "C" not null
  modalities text collate "C" not null
  study_date text collate "C"
  study_time text collate "C"
  accession_number text collate "C"
  issuer_of_accession text collate "C"
  patient_name text
  patient_name_folded text collate "C"
  patient_name_other_folded text collate "C"
  patient_birth_date text collate "C"
  patient_sex text collate "C"
  issuer_of_patient_id text collate "C"
  referring_physician text
  referring_physician_folded text collate "C"
  study_id text collate "C"
  description text
  timezone_offset text collate "C"
  PRIMARY KEY (id)
  FOREIGN KEY (owner_entity_id) REFERENCES entities(id)
  FOREIGN KEY (patient_id) REFERENCES patients(id)
) with (fillfactor=95)
CREATE INDEX studies_accession ON public.studies USING btree (accession_number) WHERE (accession_number IS NOT NULL)
CREATE INDEX studies_arrival ON public.studies USING btree (first_received_at)
CREATE INDEX studies_date ON public.studies USING btree (study_date)
CREATE INDEX studies_hidden ON public.studies USING btree (id) WHERE (visibility <> 0)
CREATE INDEX studies_name ON public.studies USING btree (patient_name_folded) WHERE (patient_name_folded IS NOT NULL)
CREATE INDEX studies_other_name ON public.studies USING btree (patient_name_other_folded) WHERE (patient_name_other_folded IS NOT NULL)
CREATE INDEX studies_owner ON public.studies USING btree (owner_entity_id)
CREATE INDEX studies_patient ON public.studies USING btree (patient_id)
CREATE UNIQUE INDEX studies_uid ON public.studies USING btree (((md5(study_instance_uid))::uuid))

table study_keys (
  study_instance_uid text collate "C" not null
  kind text collate "C" not null
  value text collate "C" not null
  issuer text collate "C" not null default ''::text
  PRIMARY KEY (value, kind, issuer, study_instance_uid)
  CHECK ((kind = ANY (ARRAY['accession'::text, 'placer'::text, 'filler'::text])))
)
CREATE INDEX study_keys_study ON public.study_keys USING btree (study_instance_uid)

table token_revocations (
  id uuid not null
  token_id text
  entity_code text collate "C"
  role text collate "C"
  issued_before timestamp with time zone not null
  revoked_by text not null
  reason text not null
  revoked_at timestamp with time zone not null
  PRIMARY KEY (id)
  CHECK ((COALESCE(token_id, entity_code, role) IS NOT NULL))
)

table transmissions (
  id bigint not null generated always as identity
  started_at timestamp with time zone not null
  ended_at timestamp with time zone not null
  bytes bigint not null
  instances integer not null
  failures integer not null
  entity_id smallint
  direction text collate "C" not null
  protocol text collate "C" not null
  client text not null
  peer text
  outcome text collate "C" not null
  reason text
  study_instance_uids text[] not null default '{}'::text[]
  key text collate "C"
  PRIMARY KEY (id)
  FOREIGN KEY (entity_id) REFERENCES entities(id)
  CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text])))
)
CREATE INDEX transmissions_client ON public.transmissions USING btree (client, started_at)
CREATE INDEX transmissions_entity ON public.transmissions USING btree (entity_id, started_at)
CREATE UNIQUE INDEX transmissions_key ON public.transmissions USING btree (key) WHERE (key IS NOT NULL)
CREATE INDEX transmissions_outcome ON public.transmissions USING btree (outcome, started_at)
CREATE INDEX transmissions_protocol ON public.transmissions USING btree (protocol, started_at)
CREATE INDEX transmissions_reason ON public.transmissions USING btree (reason, started_at) WHERE (reason IS NOT NULL)
CREATE INDEX transmissions_started ON public.transmissions USING btree (started_at)
CREATE INDEX transmissions_study ON public.transmissions USING gin (study_instance_uids)

table uids (
  id smallint not null
  uid text collate "C" not null
  entity_id smallint
  arrived_on date
  UNIQUE (uid)
  PRIMARY KEY (id)
)
CREATE INDEX uids_entity ON public.uids USING btree (entity_id, arrived_on) WHERE (entity_id IS NOT NULL)

table unsettled_studies (
  study_id bigint not null
  PRIMARY KEY (study_id)
)

table visibility_decisions (
  kind text collate "C" not null
  id text collate "C" not null
  visibility smallint not null
  decided_by text not null
  decided_at timestamp with time zone not null
  PRIMARY KEY (kind, id)
  CHECK ((kind = ANY (ARRAY['study'::text, 'report'::text])))
)

CREATE OR REPLACE FUNCTION public.decided_visibility(decided_kind text, decided_id text)
 RETURNS smallint
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_advisory_xact_lock_shared(7237008, hashtext(decided_id) & 63);
  return coalesce((select visibility from visibility_decisions where kind = decided_kind and id = decided_id), 0);
end $function$

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $function$
