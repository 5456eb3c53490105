import type { Transaction } from '@vna/database'

/** While a study has one sender, that sender is shown what is current: noted before the second one's instances come. */
export async function seedHolderInstances(tx: Transaction, studyId: number, ownerEntityId: number): Promise<void> {
  await tx`
    insert into holder_instances (study_id, series_id, sop_hash, entity_id, version)
    select study_id, series_id, sop_hash, ${ownerEntityId}::smallint, version from instances
    where study_id = ${studyId}::bigint and current`
}
