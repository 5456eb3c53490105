-- When the entry of a manifest last changed, as /fhir tells it: registered, or superseded by the next one.
alter table manifests add column changed_at timestamptz;
update manifests m set changed_at = case when m.state = 'SUPERSEDED'
  then coalesce((select min(n.registered_at) from manifests n
    where n.study_instance_uid = m.study_instance_uid and n.version > m.version), m.registered_at)
  else m.registered_at end;
create index manifests_changed on manifests (changed_at);
