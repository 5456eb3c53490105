import type { Transaction } from '@vna/database'
import type { EntityRow } from './entity-row.ts'

/**
 * Writes an entity as given, in force from `since` on (now, and after what it replaces, where not given), and remembers its
 * duplicate policy. Settings older than those in the table leave them alone: replaying the ledger goes only forward.
 * Returns from when on the settings count.
 */
export async function putEntity(tx: Transaction, entity: EntityRow, since: Date | undefined): Promise<Date> {
  const [row] = await tx<{ since: Date }[]>`
    with moment as materialized (
      select coalesce(${since?.toISOString() ?? null}::timestamptz, greatest(date_trunc('milliseconds', clock_timestamp()),
        (select updated_at + interval '1 millisecond' from entities where code = ${entity.code}))) as since),
    written as (
      insert into entities as e (code, kind, name, status, ae_titles, called_aliases, hosts, port, certificate_subjects,
        duplicate_policy, study_stable_ms, private_sop_classes, updated_at)
      select code, kind, name, status, "aeTitles", "calledAliases", hosts, port, "certificateSubjects",
        "duplicatePolicy", "studyStableMs", "privateSopClasses", since
      from moment, json_to_record(${JSON.stringify(entity)}::text::json) as r (code text, kind text, name text,
        status text, "aeTitles" text[], "calledAliases" text[], hosts text[], port int, "certificateSubjects" text[],
        "duplicatePolicy" text, "studyStableMs" int, "privateSopClasses" text[])
      on conflict (code) do update set kind = excluded.kind, name = excluded.name, status = excluded.status,
        ae_titles = excluded.ae_titles, called_aliases = excluded.called_aliases, hosts = excluded.hosts,
        port = excluded.port, certificate_subjects = excluded.certificate_subjects,
        duplicate_policy = excluded.duplicate_policy, study_stable_ms = excluded.study_stable_ms,
        private_sop_classes = excluded.private_sop_classes, updated_at = excluded.updated_at
      where e.status = 'unlisted' or e.updated_at <= excluded.updated_at
      returning id)
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
