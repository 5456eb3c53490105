-- Who holds few studies among millions of others' lists them without a walk through all. Not with the time of arrival: equal keys
-- share an entry (about 6 bytes a study where the pair made 30), and few rows are soon sorted.
create index studies_owner on studies (owner_entity_id);
