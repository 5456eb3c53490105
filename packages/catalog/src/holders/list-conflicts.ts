import type { Sql } from '@vna/database'
import { catalogLimits } from '../limits.ts'

export interface ConflictPage {
  /** Those after this Study Instance UID. */
  readonly after?: string | undefined
  readonly studyInstanceUid?: string | undefined
  readonly limit?: number | undefined
}

/** A study that holders send under different persons. Codes and UIDs only. */
export interface StudyConflict {
  readonly studyInstanceUid: string
  /** Whose row the record shows. */
  readonly originator: string
  readonly proof: 'none' | 'published' | 'order' | 'uid-root'
  /** Nothing proves whose it is and nothing was published: nothing is, until somebody decides. */
  readonly isHeldBack: boolean
  readonly others: readonly {
    readonly entityCode: string
    readonly agreement: 'same' | 'unknown' | 'different'
    readonly instances: number
  }[]
}

/** By Study Instance UID; of a hidden study nothing is told. */
export async function listConflicts(sql: Sql, page: ConflictPage): Promise<readonly StudyConflict[]> {
  const limit = Math.min(page.limit ?? catalogLimits.maxConflictsListed, catalogLimits.maxConflictsListed)
  return sql<StudyConflict[]>`
    select o.study_instance_uid as "studyInstanceUid", n.code as originator,
      (array['none', 'published', 'order', 'uid-root'])[o.proof + 1] as proof,
      o.proof = 0 and not exists (select from manifests m
        where m.study_instance_uid = o.study_instance_uid and m.registered_at is not null) as "isHeldBack",
      (select json_agg(json_build_object('entityCode', e.code, 'instances', h.number_of_instances, 'agreement',
          (array['same', 'unknown', 'different'])[h.agreement]) order by e.code)
        from holder_studies h join entities e on e.id = h.holder_id where h.id = o.id and h.agreement <> 0) as others
    from holder_studies o join entities n on n.id = o.holder_id
    where o.agreement = 0 and o.visibility = 0 and o.id in (select c.id from holder_studies c where c.agreement = 3)
      and (${page.studyInstanceUid ?? null}::text is null or o.study_instance_uid = ${page.studyInstanceUid ?? null})
      and o.study_instance_uid > ${page.after ?? ''}
    order by o.study_instance_uid limit ${limit}::int`
}
