import type { Transaction } from '@vna/database'
import type { EntityRow } from './entity-row.ts'

/**
 * Writes an entity as given, in force from `since` on (now, and after what it replaces, where not given), and remembers its
 * duplicate policy. Settings older than those in the table leave them alone: replaying the ledger goes only forward.
 * Returns from when on the settings count. An update and not an upsert: that takes a number of the sequence each time, and
 * ids of entities are few.
 */
export async function putEntity(tx: Transaction, entity: EntityRow, since: Date | undefined): Promise<Date> {
  const [row] = await tx<{ since: Date }[]>`
    with moment as materialized (
      select coalesce(${since?.toISOString() ?? null}::timestamptz, greatest(date_trunc('milliseconds', clock_timestamp()),
        (select updated_at + interval '1 millisecond' from entities where code = ${entity.code}))) as since),
    r as materialized (
      select * from moment, json_to_record(${JSON.stringify(entity)}::text::json) as r (code text, kind text, name text,
        status text, "aeTitles" text[], "calledAliases" text[], hosts text[], port int, "certificateSubjects" text[],
        "duplicatePolicy" text, "studyStableMs" int, "privateSopClasses" text[])),
    changed as (
      update entities e set kind = r.kind, name = r.name, status = r.status, ae_titles = r."aeTitles",
        called_aliases = r."calledAliases", hosts = r.hosts, port = r.port,
        certificate_subjects = r."certificateSubjects", duplicate_policy = r."duplicatePolicy",
        study_stable_ms = r."studyStableMs", private_sop_classes = r."privateSopClasses", updated_at = r.since
      from r where e.code = r.code and (e.status = 'unlisted' or e.updated_at <= r.since)),
    added as (
      insert into entities (code, kind, name, status, ae_titles, called_aliases, hosts, port, certificate_subjects,
        duplicate_policy, study_stable_ms, private_sop_classes, updated_at)
      select code, kind, name, status, "aeTitles", "calledAliases", hosts, port, "certificateSubjects",
        "duplicatePolicy", "studyStableMs", "privateSopClasses", since
      from r where not exists (select from entities e where e.code = r.code))
    select since from moment`
  if (row === undefined) throw new RangeError('a select from one row answers one row')
  await putPolicy(tx, entity, row.since)
  return row.since
}

async function putPolicy(tx: Transaction, entity: EntityRow, since: Date): Promise<void> {
  await tx`
    insert into entity_policies (entity_id, since, duplicate_policy)
    select e.id, ${since.toISOString()}::timestamptz, ${entity.duplicatePolicy} from entities e where e.code = ${entity.code}
    on conflict (entity_id, since) do update set duplicate_policy = excluded.duplicate_policy`
}
