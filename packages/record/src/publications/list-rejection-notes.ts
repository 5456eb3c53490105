import type { Sql } from '@vna/database'
import { runQuery } from '@vna/database'
import type { Rejection } from './reject-instances.ts'

export interface RejectionNote {
  readonly sopInstanceUid: string
  readonly reason: Rejection['reason']
}

/** Rejection notes (Key Object Selection, titles of CID 7011) of a study, also those acted on: what they name may come later. */
export async function listRejectionNotes(sql: Sql, studyInstanceUid: string): Promise<readonly RejectionNote[]> {
  return runQuery(async () => {
    return sql<RejectionNote[]>`
      select sop_instance_uid as "sopInstanceUid", title ->> '00080100' as reason from (
        select i.sop_instance_uid, json_build_object('00080100',
            i.extra::json -> '0040A043' -> 'Value' -> 0 -> '00080100' -> 'Value' ->> 0, '00080102',
            i.extra::json -> '0040A043' -> 'Value' -> 0 -> '00080102' -> 'Value' ->> 0) as title
        from studies s join instances i on i.study_id = s.id join uids u on u.id = i.sop_class_id
        where md5(s.study_instance_uid)::uuid = md5(${studyInstanceUid})::uuid and i.current and i.extra <> ''
          and u.uid = '1.2.840.10008.5.1.4.1.1.88.59') n
      where title ->> '00080102' = 'DCM' and title ->> '00080100' in ('113001', '113037', '113038', '113039')
      order by sop_instance_uid`
  })
}
