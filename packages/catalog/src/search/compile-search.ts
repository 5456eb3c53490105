import type { Query, QueryKey } from '@vna/dicom'
import { type Attribute, attributesByLevel, requestAttributesTag } from './attributes.ts'
import { compileDateTime } from './compile-date-time.ts'
import { compileKey, compileRequestAttributeKey } from './compile-key.ts'
import { compilePredicate, type Predicate, type Scope, shownInstance } from './predicate.ts'
import { selectedAttributes, visibleLevels } from './selected-attributes.ts'
import { SqlText } from './sql-text.ts'

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
  const scope = compilePredicate(predicate, text)
  const attributes = selectedAttributes(query)
  const columns = attributes.map((attribute, index) => `${columnOf(attribute, scope)} as c${index}`)
  const extra = query.level === 'instance' ? ', i.extra' : ''
  if (query.level === 'patient') {
    // One row per patient, from the study that came last; studies without a Patient ID stand alone.
    text.add('select * from (select distinct on (coalesce(s.patient_id, -s.id))')
    text.add(
      `${columns.join(', ')}, p.identifier, (select value from issuers where id = p.issuer_id) as issuer, s.study_instance_uid`,
    )
  } else {
    text.add(`select ${columns.join(', ')}${extra}`)
  }
  text.add(fromOf(query))
  text.add(`where ${conditionsOf(query, scope, text, options).join('\nand ')}`)
  text.add(orderOf(query))
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

function conditionsOf(query: Query, scope: Scope, text: SqlText, options: SearchOptions): readonly string[] {
  const combined = options.combineDateTime === false ? undefined : compileDateTime(query, text)
  const keys = query.keys.filter((key) => combined?.keys.includes(key) !== true)
  const conditions = keys.map((key) => {
    if ((key.path?.length ?? 0) > 0) {
      return visibleLevels(query.level).includes('series') ? compileRequestAttributeKey(key, text) : undefined
    }
    const attribute = findAttribute(query, key.tag)
    if (attribute === undefined || attribute.tag === requestAttributesTag) return undefined
    return compileKey(key, { ...attribute, column: columnOf(attribute, scope) }, text, query.fuzzy)
  })
  return [
    scope.study,
    ...visibleOf(query, scope),
    ...(combined?.conditions ?? []),
    ...conditions.filter((condition) => condition !== undefined),
  ]
}

/** A study or series whose every instance is another's, or another version's, is not shown. */
function visibleOf(query: Query, scope: Scope): readonly string[] {
  if (query.level === 'instance') return [shownInstance(scope)]
  if (query.level === 'series') {
    if (scope.instance === undefined) return ['e.number_of_instances > 0']
    const own = `exists (select from instances i where i.study_id = s.id and i.series_id = e.id and ${scope.instance('i')})`
    return [`(case when s.several_holders then ${own} else e.number_of_instances > 0 end)`]
  }
  return ['s.number_of_instances > 0']
}

/** Counts and modalities of a study that several entities sent are, for each of them, those of its own instances. */
function columnOf(attribute: Attribute, scope: Scope): string {
  if (scope.instance === undefined) return attribute.column
  const own = ownColumns[attribute.keyword]?.(scope.instance('i'))
  return own === undefined
    ? attribute.column
    : `(case when s.several_holders then (${own}) else ${attribute.column} end)`
}

const ownColumns: Readonly<Record<string, (visible: string) => string>> = {
  NumberOfStudyRelatedInstances: (visible) =>
    `select count(distinct i.sop_instance_uid)::int from instances i where i.study_id = s.id and ${visible}`,
  NumberOfStudyRelatedSeries: (visible) =>
    `select count(distinct i.series_id)::int from instances i where i.study_id = s.id and ${visible}`,
  NumberOfSeriesRelatedInstances: (visible) =>
    `select count(distinct i.sop_instance_uid)::int from instances i where i.study_id = s.id and i.series_id = e.id and ${visible}`,
  ModalitiesInStudy: (visible) =>
    `select coalesce(string_agg(distinct x.modality, '\\' order by x.modality), '') from series x where x.study_id = s.id` +
    ` and exists (select from instances i where i.study_id = s.id and i.series_id = x.id and ${visible})`,
}

function fromOf(query: Query): string {
  const study = 'from studies s left join patients p on p.id = s.patient_id'
  const series = `${study} join series e on e.study_id = s.id`
  if (query.level === 'instance') {
    return `${series} join instances i on i.study_id = s.id and i.series_id = e.id join uids u on u.id = i.sop_class_id`
  }
  return query.level === 'series' ? series : study
}

/** By arrival: what comes in later is appended, so that pages do not repeat rows while studies arrive. */
function orderOf(query: Query): string {
  const study = 's.first_received_at, s.study_instance_uid'
  const series = `${study}, e.series_number nulls last, e.series_instance_uid`
  switch (query.level) {
    case 'patient':
      return (
        'order by coalesce(s.patient_id, -s.id), s.last_received_at desc, s.study_instance_uid) patient' +
        ' order by identifier nulls last, issuer, study_instance_uid'
      )
    case 'study':
      return `order by ${study}`
    case 'series':
      return `order by ${series}`
    case 'instance':
      return `order by ${series}, i.instance_number, i.sop_instance_uid`
  }
}
