-- The version of the schema by which an event was written: an outbox may hold events of an older release.
alter table events add column version smallint not null default 1;
drop trigger events_only_shipped on events;
create trigger events_only_shipped before update on events for each row
  when (old.seq is distinct from new.seq or old.type is distinct from new.type or old.payload is distinct from new.payload
    or old.created_at is distinct from new.created_at or old.version is distinct from new.version)
  execute function refuse_change();
