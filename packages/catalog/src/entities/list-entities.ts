import type { Sql, Transaction } from '@vna/database'
import type { EntityRow } from './entity-row.ts'

/** Every entity an operator added, by code; those only seen in packs (`unlisted`) are not among them. */
export async function listEntities(sql: Sql | Transaction): Promise<readonly EntityRow[]> {
  return sql<EntityRow[]>`
    select code, kind, name, status, to_json(ae_titles) as "aeTitles", to_json(called_aliases) as "calledAliases",
      to_json(hosts) as hosts, port, to_json(certificate_subjects) as "certificateSubjects",
      duplicate_policy as "duplicatePolicy", study_stable_ms as "studyStableMs",
      to_json(private_sop_classes) as "privateSopClasses"
    from entities where status <> 'unlisted' order by code`
}
