-- What the health record decided to hide, also of what has not come yet or comes again. Kind `study` or `report`;
-- the id is a Study Instance UID or a report's id.
create table visibility_decisions (
  kind text collate "C" not null check (kind in ('study', 'report')),
  id text collate "C" not null,
  visibility smallint not null,
  decided_by text not null,
  decided_at timestamptz not null,
  primary key (kind, id)
);

-- Whoever inserts a study or a report takes its visibility from here, in that statement. The lock is shared among those who
-- insert and excludes who decides about what is not there yet: else an insert and a decision under way at the same time
-- would not see each other, and what was to be hidden would be shown. Volatile: its queries see what was committed while it
-- waited. Few locks (64), so that a pack of thousands of studies does not fill the lock table.
create function decided_visibility(decided_kind text, decided_id text) returns smallint language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock_shared(7237008, hashtext(decided_id) & 63);
  return coalesce((select visibility from visibility_decisions where kind = decided_kind and id = decided_id), 0);
end $$;

-- The same association or request is told again after a crash between writing and forgetting it.
alter table transmissions add column key text collate "C";
create unique index transmissions_key on transmissions (key) where key is not null;
