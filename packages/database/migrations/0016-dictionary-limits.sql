-- Who brought an entry of a dictionary, and on which day of arrival: new ones are limited for each entity, so that one sender
-- cannot use up keys that all need. Null: in the standard's own list, or from before this migration; those are not counted.
-- The ids of `uids` stay within a smallint, as `instances` holds them so: they are given without gaps, not by a sequence that
-- a conflict or a failed transaction moves on.
alter table uids alter column id drop identity;
alter table uids add column entity_id smallint, add column arrived_on date;
alter table issuers add column entity_id smallint, add column arrived_on date;
create index uids_entity on uids (entity_id, arrived_on) where entity_id is not null;
create index issuers_entity on issuers (entity_id, arrived_on) where entity_id is not null;
