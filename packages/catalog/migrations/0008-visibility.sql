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

-- The same association or request is told again after a crash between writing and forgetting it.
alter table transmissions add column key text collate "C";
create unique index transmissions_key on transmissions (key) where key is not null;
