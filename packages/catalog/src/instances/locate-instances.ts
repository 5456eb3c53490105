import type { Sql } from '@vna/database'
import { runQuery, SqlText } from '@vna/database'
import { compilePredicate, type Predicate, shownInstance, storedInstance } from '../search/predicate.ts'
import { uidHashOf } from '../uid-hash.ts'

export interface InstanceLocator {
  readonly studyInstanceUid: string
  readonly seriesInstanceUid?: string | undefined
  readonly sopInstanceUid?: string | undefined
  /** Hex; finds a version other than the current one. */
  readonly sha256?: string | undefined
  readonly view?: 'current' | 'as-received' | undefined
}

export interface LocatedInstance {
  readonly studyInstanceUid: string
  readonly seriesInstanceUid: string
  readonly sopInstanceUid: string
  readonly sopClassUid: string
  readonly transferSyntaxUid: string
  readonly packKey: string
  readonly packGeneration: number
  /** Of the Part 10 file in the pack. */
  readonly offset: number
  readonly lengthBytes: number
  /** Of the data set in the Part 10 file. */
  readonly dataSetOffset: number
  readonly seq: number
  readonly sha256: Uint8Array
  readonly receivedAt: Date
  readonly entityCode: string
  readonly numberOfFrames: number | undefined
  readonly current: boolean
}

type LocatedRow = Omit<LocatedInstance, 'offset' | 'numberOfFrames'> & {
  readonly offsetBlocks: number
  readonly frames: number
}

/** Columns of a LocatedRow over s, e, i, k (packs) and the dictionaries. */
export const locatedColumns = `s.study_instance_uid as "studyInstanceUid", e.series_instance_uid as "seriesInstanceUid",
  i.sop_instance_uid as "sopInstanceUid", uk.uid as "sopClassUid", ut.uid as "transferSyntaxUid",
  f.path || k.segment_id || '.tar' as "packKey", k.generation as "packGeneration", i.offset_blocks as "offsetBlocks",
  i.length_bytes as "lengthBytes", i.data_set_offset as "dataSetOffset", i.seq, i.sha256, i.received_at as "receivedAt",
  n.code as "entityCode", i.number_of_frames as frames, i.current`

export const locatedJoins = `join series e on e.study_id = i.study_id and e.id = i.series_id
  join packs k on k.id = i.pack_id
  join pack_folders f on f.id = k.folder_id
  join uids uk on uk.id = i.sop_class_id
  join uids ut on ut.id = i.transfer_syntax_id
  join entities n on n.id = i.entity_id`

/** Where the instances of a study, a series or one instance lie, by series number and instance number. One statement. */
export async function locateInstances(
  sql: Sql,
  locator: InstanceLocator,
  predicate: Predicate,
): Promise<readonly LocatedInstance[]> {
  const text = new SqlText()
  const scope = compilePredicate(predicate, text)
  text.add(`select ${locatedColumns} from studies s join instances i on i.study_id = s.id ${locatedJoins}`)
  text.add(
    `where md5(s.study_instance_uid)::uuid = md5(${text.param(locator.studyInstanceUid)})::uuid and ${scope.study}`,
  )
  text.add(`and ${locator.sha256 === undefined ? shownInstance(scope) : storedInstance(scope)}`)
  if (locator.seriesInstanceUid !== undefined) {
    text.add(`and e.series_instance_uid = ${text.param(locator.seriesInstanceUid)}`)
  }
  if (locator.sopInstanceUid !== undefined) {
    text.add(`and i.sop_hash = ${text.param(uidHashOf(locator.sopInstanceUid))}::int`)
    text.add(`and i.sop_instance_uid = ${text.param(locator.sopInstanceUid)}`)
  }
  if (locator.sha256 !== undefined) text.add(`and i.sha256 = decode(${text.param(locator.sha256)}, 'hex')`)
  text.add('order by e.series_number nulls last, e.series_instance_uid, i.instance_number, i.sop_instance_uid')
  const rows = await runQuery(async () => sql.unsafe<LocatedRow[]>(text.toString(), text.params, { prepare: true }))
  return rows.map(locatedInstanceOf)
}

export function locatedInstanceOf({ offsetBlocks, frames, ...row }: LocatedRow): LocatedInstance {
  return { ...row, offset: offsetBlocks * 512, numberOfFrames: frames === 0 ? undefined : frames }
}
