-- Whose note it was: it counts for what that entity sent, whoever else turns out to have sent it before. Empty: for all.
alter table rejected_instances add column entity_code text collate "C" not null default '';
alter table rejected_instances drop constraint rejected_instances_pkey;
alter table rejected_instances add primary key (study_instance_uid, sop_instance_uid, entity_code);
