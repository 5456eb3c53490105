-- One row per association or request, in both directions: what operators search.
create table transmissions (
  id bigint generated always as identity primary key,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  bytes bigint not null,
  instances integer not null,
  failures integer not null,
  entity_id smallint references entities (id),
  direction text collate "C" not null check (direction in ('in', 'out')),
  protocol text collate "C" not null,
  client text not null,
  peer text,
  outcome text collate "C" not null,
  reason text,
  study_instance_uids text[] not null default '{}'
);
create index transmissions_started on transmissions (started_at);
create index transmissions_entity on transmissions (entity_id, started_at);
create index transmissions_study on transmissions using gin (study_instance_uids);

-- Decisions, append-only; shipped to the ledger in the object store.
create table events (
  seq bigint generated always as identity primary key,
  created_at timestamptz not null default now(),
  shipped_at timestamptz,
  type text collate "C" not null,
  payload jsonb not null
);
create index events_pending on events (seq) where shipped_at is null;

-- Who saw or did what. seq has no gap and each hash covers the one before, so a change or a removal shows.
create table audit (
  seq bigint primary key,
  at timestamptz not null,
  hash bytea not null,
  actor text not null,
  role text collate "C" not null,
  purpose text collate "C",
  action text collate "C" not null,
  outcome text collate "C" not null,
  object jsonb not null
);
create index audit_at on audit (at);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger audit_append_only before update or delete on audit for each row execute function refuse_change();
create trigger events_no_delete before delete on events for each row execute function refuse_change();
create trigger events_only_shipped before update on events for each row
  when (old.seq is distinct from new.seq or old.type is distinct from new.type or old.payload is distinct from new.payload
    or old.created_at is distinct from new.created_at)
  execute function refuse_change();
