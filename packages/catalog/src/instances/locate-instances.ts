import type { Sql } from '@vna/database'
import { runQuery, SqlText } from '@vna/database'
import {
  type Branch,
  compilePredicate,
  type Predicate,
  shownInstances,
  storedInstances,
  studiesOf,
} from '../search/predicate.ts'
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
const locatedColumns = {
  studyInstanceUid: 's.study_instance_uid',
  seriesInstanceUid: 'e.series_instance_uid',
  sopInstanceUid: 'i.sop_instance_uid',
  sopClassUid: 'uk.uid',
  transferSyntaxUid: 'ut.uid',
  packKey: `f.path || k.segment_id || '.tar'`,
  packGeneration: 'k.generation',
  offsetBlocks: 'i.offset_blocks',
  lengthBytes: 'i.length_bytes',
  dataSetOffset: 'i.data_set_offset',
  seq: 'i.seq',
  sha256: 'i.sha256',
  receivedAt: 'i.received_at',
  entityCode: 'n.code',
  frames: 'i.number_of_frames',
  current: 'i.current',
} as const satisfies Readonly<Record<keyof LocatedRow, string>>

const locatedJoins = `join series e on e.study_id = i.study_id and e.id = i.series_id
  join packs k on k.id = i.pack_id
  join pack_folders f on f.id = k.folder_id
  join uids uk on uk.id = i.sop_class_id
  join uids ut on ut.id = i.transfer_syntax_id
  join entities n on n.id = i.entity_id`

interface Located {
  readonly branches: readonly Branch[]
  readonly instances: (branch: Branch) => string
  readonly conditions: readonly string[]
  readonly order: readonly string[]
}

/** Rows of every branch, in one order. */
export async function selectLocated(
  sql: Sql,
  text: SqlText,
  { branches, instances, conditions, order }: Located,
): Promise<readonly LocatedInstance[]> {
  const columns = Object.entries(locatedColumns).map(([name, expression]) => `${expression} as "${name}"`)
  const sorted = order.map((expression, index) => `${expression} as o${index}`)
  const selects = branches.map(
    (branch) =>
      `select ${[...columns, ...sorted].join(', ')} from ${studiesOf(branch)} ${instances(branch)} ${locatedJoins}` +
      ` where ${[branch.condition, ...conditions].join(' and ')}`,
  )
  const names = Object.keys(locatedColumns).map((name) => `"${name}"`)
  text.add(`select ${names.join(', ')} from (${selects.join('\nunion all ')}) found`)
  text.add(`order by ${order.map((_, index) => `o${index}`).join(', ')}`)
  const rows = await runQuery(async () => sql.unsafe<LocatedRow[]>(text.toString(), text.params, { prepare: true }))
  return rows.map(locatedInstanceOf)
}

/** Where the instances of a study, a series or one instance lie, by series number and instance number. One statement. */
export async function locateInstances(
  sql: Sql,
  locator: InstanceLocator,
  predicate: Predicate,
): Promise<readonly LocatedInstance[]> {
  const text = new SqlText()
  const branches = compilePredicate(predicate, text)
  const conditions = [`md5(s.study_instance_uid)::uuid = md5(${text.param(locator.studyInstanceUid)})::uuid`]
  if (locator.seriesInstanceUid !== undefined) {
    conditions.push(`e.series_instance_uid = ${text.param(locator.seriesInstanceUid)}`)
  }
  if (locator.sopInstanceUid !== undefined) {
    conditions.push(`i.sop_hash = ${text.param(uidHashOf(locator.sopInstanceUid))}::int`)
    conditions.push(`i.sop_instance_uid = ${text.param(locator.sopInstanceUid)}`)
  }
  if (locator.sha256 !== undefined) conditions.push(`i.sha256 = decode(${text.param(locator.sha256)}, 'hex')`)
  return selectLocated(sql, text, {
    branches,
    instances: locator.sha256 === undefined ? shownInstances : storedInstances,
    conditions,
    order: ['e.series_number', 'e.series_instance_uid', 'i.instance_number', 'i.sop_instance_uid'],
  })
}

function locatedInstanceOf({ offsetBlocks, frames, ...row }: LocatedRow): LocatedInstance {
  return { ...row, offset: offsetBlocks * 512, numberOfFrames: frames === 0 ? undefined : frames }
}
