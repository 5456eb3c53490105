import type { Transaction } from '@vna/database'
import type { HolderView } from '../register/holder-views.ts'
import type { PlannedInstance } from '../register/plan-study.ts'

/** Notes what each holder of a shared study is shown of the given instances, in place of what was noted. */
export async function replaceHolderInstances(
  tx: Transaction,
  studyId: number,
  { instances, views }: { instances: readonly PlannedInstance[]; views: readonly HolderView[] },
): Promise<void> {
  const versions = instances.flatMap(({ sopHash, versions }) => versions.map(({ version }) => ({ sopHash, version })))
  await tx`
    delete from holder_instances v
    using json_to_recordset(${JSON.stringify(versions)}::text::json) as r ("sopHash" int, version smallint)
    where v.study_id = ${studyId}::bigint and v.sop_hash = r."sopHash" and v.version = r.version`
  await tx`
    insert into holder_instances (study_id, series_id, sop_hash, entity_id, version)
    select ${studyId}::bigint, e.id, r."sopHash", r."entityId", r.version
    from json_to_recordset(${JSON.stringify(views)}::text::json) as r ("sopHash" int, "entityId" smallint,
        version smallint, "seriesInstanceUid" text)
      join series e on e.study_id = ${studyId}::bigint and e.series_instance_uid = r."seriesInstanceUid"`
}
