import type { Sql } from '@vna/database'
import { runQuery, SqlText } from '@vna/database'
import { compilePredicate, type Predicate, shownInstance } from '../search/predicate.ts'
import { uidHashOf } from '../uid-hash.ts'
import { type LocatedInstance, locatedColumns, locatedInstanceOf, locatedJoins } from './locate-instances.ts'

/** The instance of a SOP Instance UID in whatever study it is; more than one when senders used the UID twice. */
export async function findInstancesBySopUid(
  sql: Sql,
  sopInstanceUid: string,
  predicate: Predicate,
): Promise<readonly LocatedInstance[]> {
  const text = new SqlText()
  const scope = compilePredicate(predicate, text)
  text.add(`select ${locatedColumns} from instances i join studies s on s.id = i.study_id ${locatedJoins}`)
  text.add(`where i.sop_hash = ${text.param(uidHashOf(sopInstanceUid))}::int`)
  text.add(`and i.sop_instance_uid = ${text.param(sopInstanceUid)}`)
  text.add(`and ${scope.study} and ${shownInstance(scope)}`)
  text.add('order by s.first_received_at, s.study_instance_uid')
  const rows = await runQuery(async () =>
    sql.unsafe<Parameters<typeof locatedInstanceOf>[0][]>(text.toString(), text.params, { prepare: true }),
  )
  return rows.map(locatedInstanceOf)
}
