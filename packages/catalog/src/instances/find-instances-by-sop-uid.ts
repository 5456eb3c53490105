import type { Sql } from '@vna/database'
import { SqlText } from '@vna/database'
import { compilePredicate, type Predicate, shownInstances } from '../search/predicate.ts'
import { uidHashOf } from '../uid-hash.ts'
import { type LocatedInstance, selectLocated } from './locate-instances.ts'

/** The instance of a SOP Instance UID in whatever study it is; more than one when senders used the UID twice. */
export async function findInstancesBySopUid(
  sql: Sql,
  sopInstanceUid: string,
  predicate: Predicate,
): Promise<readonly LocatedInstance[]> {
  const text = new SqlText()
  return selectLocated(sql, text, {
    branches: compilePredicate(predicate, text),
    instances: shownInstances,
    conditions: [
      `i.sop_hash = ${text.param(uidHashOf(sopInstanceUid))}::int`,
      `i.sop_instance_uid = ${text.param(sopInstanceUid)}`,
    ],
    order: ['s.first_received_at', 's.study_instance_uid'],
  })
}
