-- Whose numbers a domain has: only that entity speaks of them. The first that names a domain has it, or whom an operator says.
create table identity_domains (
  domain text collate "C" primary key,
  entity_code text collate "C" not null,
  assigned_at timestamptz not null
);
create index identity_domains_entity on identity_domains (entity_code);

-- Merges that a message asked for and only a person may decide about.
create table merge_proposals (
  id uuid primary key,
  survivor_issuer text not null,
  survivor_identifier text not null,
  merged_issuer text not null,
  merged_identifier text not null,
  source text not null,
  proposed_at timestamptz not null,
  decision text check (decision in ('confirm', 'refuse')),
  decided_by text,
  decided_at timestamptz,
  check ((decision is null) = (decided_at is null))
);
create index merge_proposals_open on merge_proposals (proposed_at, id) where decision is null;
