import { SqlText } from '@vna/database'
import type { Query, QueryKey } from '@vna/dicom'
import { type Attribute, attributesByLevel, requestAttributesTag } from './attributes.ts'
import { compileDateTime } from './compile-date-time.ts'
import { compileKey, compileRequestAttributeKey } from './compile-key.ts'
import { type Branch, compilePredicate, type Predicate, shownInstances, studiesOf } from './predicate.ts'
import { selectedAttributes, visibleLevels } from './selected-attributes.ts'

const sopInstanceUidTag = 0x00080018
const seriesInstanceUidTag = 0x0020000e

export interface CompiledSearch {
  readonly text: string
  readonly params: (string | number | boolean | null)[]
  /** In the order of the columns c0, c1, … of the answer. */
  readonly attributes: readonly Attribute[]
}

export interface SearchOptions {
  /** A date range and a time range together are one span of time (PS3.4 C.2.2.2.5.4); false takes each alone. */
  readonly combineDateTime?: boolean | undefined
}

/** One statement for a query, whatever its level. Keys that have no column are left out (see unsupportedKeys). */
export function compileSearch(query: Query, predicate: Predicate, options: SearchOptions = {}): CompiledSearch {
  const text = new SqlText()
  const attributes = selectedAttributes(query)
  const names = attributes.map((_, index) => `c${index}`)
  const shown = [...names, ...(query.level === 'instance' ? ['extra'] : [])].join(', ')
  const order = orderOf(query)
  const sorted = order.map((_, index) => `o${index}`).join(', ')
  // Each branch is searched and cut off by its own indexes; what is left is put together.
  const branches = compilePredicate(predicate, text)
  const cut =
    query.limit === undefined || query.level === 'patient' ? undefined : text.param(query.limit + query.offset)
  const selects = branches.map((branch) => {
    const columns = [
      ...attributes.map(({ column }, index) => `${column} as c${index}`),
      ...(query.level === 'instance' ? ['i.extra'] : []),
      ...order.map((expression, index) => `${expression} as o${index}`),
      ...(query.level === 'patient' ? [`coalesce(s.patient_id, -s.id) as patient, s.last_received_at`] : []),
    ]
    const conditions = conditionsOf(query, branch, text, options)
    const end =
      query.level === 'patient' ? '' : ` order by ${sorted}${cut === undefined ? '' : ` limit ${cut}::bigint`}`
    return `(select ${columns.join(', ')} ${fromOf(query, branch)} where ${conditions.join('\nand ')}${end})`
  })
  const all = `(${selects.join('\nunion all ')}) found`
  // One row per patient, from the study that came last; studies without a Patient ID stand alone.
  const found =
    query.level === 'patient'
      ? `(select distinct on (patient) * from ${all} order by patient, last_received_at desc, o2) found`
      : all
  text.add(`select ${shown} from ${found} order by ${sorted}`)
  if (query.limit !== undefined) text.add(`limit ${text.param(query.limit)}::bigint`)
  if (query.offset > 0) text.add(`offset ${text.param(query.offset)}::bigint`)
  return { text: text.toString(), params: text.params, attributes }
}

/** Keys this catalog cannot match; the edge says so (a warning for QIDO-RS, FF01 for C-FIND). */
export function unsupportedKeys(query: Query): readonly QueryKey[] {
  return query.keys.filter((key) => {
    if (key.match.kind === 'universal') return false
    if ((key.path?.length ?? 0) > 0) {
      const levels = visibleLevels(query.level)
      return !levels.includes('series') || compileRequestAttributeKey(key, new SqlText()) === undefined
    }
    const attribute = findAttribute(query, key.tag)
    return attribute === undefined || attribute.match === 'none'
  })
}

function findAttribute(query: Query, tag: number): Attribute | undefined {
  for (const level of visibleLevels(query.level)) {
    const found = attributesByLevel[level].find((attribute) => attribute.tag === tag)
    if (found !== undefined) return found
  }
  return undefined
}

function conditionsOf(query: Query, branch: Branch, text: SqlText, options: SearchOptions): readonly string[] {
  const combined = options.combineDateTime === false ? undefined : compileDateTime(query, text)
  const keys = query.keys.filter((key) => combined?.keys.includes(key) !== true)
  const conditions = keys.map((key) => {
    if ((key.path?.length ?? 0) > 0) {
      return visibleLevels(query.level).includes('series') ? compileRequestAttributeKey(key, text) : undefined
    }
    const attribute = findAttribute(query, key.tag)
    if (attribute === undefined || attribute.tag === requestAttributesTag) return undefined
    return compileKey(key, attribute, text, query.fuzzy)
  })
  return [
    branch.condition,
    ...visibleOf(query),
    ...(combined?.conditions ?? []),
    ...conditions.filter((condition) => condition !== undefined),
  ]
}

/** A study or series whose every instance is another's, or another version's, is not shown. */
function visibleOf(query: Query): readonly string[] {
  if (query.level === 'instance') return []
  return [query.level === 'series' ? 'e.number_of_instances > 0' : 's.number_of_instances > 0']
}

/**
 * Lateral and fenced by `offset 0`: study by study in their order, so that a limit ends the work. Left to itself the
 * planner joins all series and every partition first (measured: 2.3 s for the first 100 of 300,000 instances, now 5 ms).
 * Not so where a UID of that level leads straight to the row.
 */
function fromOf(query: Query, branch: Branch): string {
  const study = `from ${studiesOf(branch)} left join patients p on p.id = s.patient_id`
  if (query.level === 'patient' || query.level === 'study') return study
  const isByUid = (tag: number) => query.keys.some((key) => key.tag === tag && key.match.kind !== 'universal')
  const isByInstance = query.level === 'instance' && isByUid(sopInstanceUidTag)
  const isHolder = branch.kind === 'holder'
  const table = isHolder ? 'holder_series e' : 'series e'
  const ofStudy = `e.study_id = s.id${isHolder ? ' and e.holder_id = s.holder_id' : ''}`
  const series =
    isByInstance || isByUid(seriesInstanceUidTag)
      ? `join ${table} on ${ofStudy}`
      : `cross join lateral (select * from ${table} where ${ofStudy} offset 0) e`
  if (query.level === 'series') return `${study} ${series}`
  const instances = isByInstance
    ? `${shownInstances(branch)} and i.series_id = e.id`
    : `cross join lateral (${instancesOfSeries(branch)} offset 0) i`
  return `${study} ${series} ${instances} join uids u on u.id = i.sop_class_id`
}

function instancesOfSeries({ kind }: Branch): string {
  return kind === 'record'
    ? 'select i.* from instances i where i.study_id = s.id and i.series_id = e.id and i.current'
    : `select i.* from holder_instances v
        join instances i on i.study_id = v.study_id and i.sop_hash = v.sop_hash and i.version = v.version
      where v.study_id = s.id and v.entity_id = s.holder_id and v.series_id = e.id`
}

/** By arrival: what comes in later is appended, so that pages do not repeat rows while studies arrive. Nulls come last. */
function orderOf(query: Query): readonly string[] {
  const study = ['s.first_received_at', 's.study_instance_uid']
  const series = [...study, 'e.series_number', 'e.series_instance_uid']
  switch (query.level) {
    case 'patient':
      return ['p.identifier', '(select value from issuers where id = p.issuer_id)', 's.study_instance_uid']
    case 'study':
      return study
    case 'series':
      return series
    case 'instance':
      return [...series, 'i.instance_number', 'i.sop_instance_uid']
  }
}
