import type { Transaction } from '../database/open-database.ts'
import type { EntityRow } from './entity-row.ts'

/** Writes an entity as given and remembers from when on its duplicate policy is in force. */
export async function putEntity(tx: Transaction, entity: EntityRow, since: Date): Promise<void> {
  await tx`
    with r as materialized (
      select * from json_to_record(${JSON.stringify(entity)}::text::json) as r (code text, kind text, name text,
        status text, "aeTitles" text[], "calledAliases" text[], hosts text[], port int, "certificateSubjects" text[],
        "duplicatePolicy" text, "studyStableMs" int, "privateSopClasses" text[])),
    written as (
      insert into entities (code, kind, name, status, ae_titles, called_aliases, hosts, port, certificate_subjects,
        duplicate_policy, study_stable_ms, private_sop_classes)
      select code, kind, name, status, "aeTitles", "calledAliases", hosts, port, "certificateSubjects",
        "duplicatePolicy", "studyStableMs", "privateSopClasses" from r
      on conflict (code) do update set kind = excluded.kind, name = excluded.name, status = excluded.status,
        ae_titles = excluded.ae_titles, called_aliases = excluded.called_aliases, hosts = excluded.hosts,
        port = excluded.port, certificate_subjects = excluded.certificate_subjects,
        duplicate_policy = excluded.duplicate_policy, study_stable_ms = excluded.study_stable_ms,
        private_sop_classes = excluded.private_sop_classes, updated_at = now()
      returning id, duplicate_policy)
    insert into entity_policies (entity_id, since, duplicate_policy)
    select w.id, ${since}::timestamptz, w.duplicate_policy from written w
    where w.duplicate_policy is distinct from (
      select p.duplicate_policy from entity_policies p where p.entity_id = w.id and p.since <= ${since}::timestamptz
      order by p.since desc limit 1)
    on conflict (entity_id, since) do update set duplicate_policy = excluded.duplicate_policy`
}
