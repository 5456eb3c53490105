-- Tokens that count no longer: one by its number, or those of an entity or a role issued until a moment. A few rows; those of
-- which no token can be alive any more are read no longer.
create table token_revocations (
  id uuid primary key,
  token_id text,
  entity_code text collate "C",
  role text collate "C",
  issued_before timestamptz not null,
  revoked_by text not null,
  reason text not null,
  revoked_at timestamptz not null,
  check (coalesce(token_id, entity_code, role) is not null)
);
