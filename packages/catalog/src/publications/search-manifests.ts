import type { Sql } from '../database/open-database.ts'
import { runQuery } from '../database/run-transaction.ts'
import { compilePredicate, type Predicate } from '../search/predicate.ts'
import { SqlText } from '../search/sql-text.ts'
import { type ManifestRow, manifestRowOf } from './manifest-row.ts'

export type EntryFormat = 'kos' | 'fhir'

/** A span of days, each end `YYYYMMDD` and inclusive. */
export interface DaySpan {
  readonly from?: string | undefined
  readonly until?: string | undefined
}

/** What registered manifests are searched by; several values of one key are alternatives, several keys all hold. */
export interface ManifestSearch {
  readonly patients?: readonly { readonly issuer?: string | undefined; readonly identifier: string }[] | undefined
  readonly studyInstanceUids?: readonly string[] | undefined
  readonly manifestUids?: readonly string[] | undefined
  /** Ids of DocumentReferences, of ImagingStudies, of viewer Endpoints; UUIDs. */
  readonly entryIds?: readonly string[] | undefined
  readonly imagingStudyIds?: readonly string[] | undefined
  readonly viewerEndpointIds?: readonly string[] | undefined
  /** `value` or `issuer|value`. */
  readonly accessions?: readonly string[] | undefined
  readonly modalities?: readonly string[] | undefined
  readonly regions?: readonly string[] | undefined
  readonly studyDates?: readonly DaySpan[] | undefined
  readonly createdDates?: readonly DaySpan[] | undefined
  readonly formats?: readonly EntryFormat[] | undefined
  /** Former versions too, or only those. */
  readonly states?: readonly ('REGISTERED' | 'SUPERSEDED')[] | undefined
}

/** Where a page begins: behind this study date (newest first, none last) and id. */
export interface ManifestCursor {
  readonly studyDate: string
  readonly id: string
}

export interface FoundEntry {
  readonly id: string
  readonly format: EntryFormat
  readonly manifest: ManifestRow
}

export interface FoundPage<T> {
  readonly total: number
  readonly items: readonly T[]
  /** Begins the next page; absent: this was the last one. */
  readonly next: ManifestCursor | undefined
}

export interface PageOptions {
  readonly limit: number
  readonly after?: ManifestCursor | undefined
}

/** Document entries, each format one. Who sees only a part of a study sees none of its manifests: they tell the whole. */
export async function searchEntries(
  sql: Sql,
  search: ManifestSearch,
  predicate: Predicate,
  page: PageOptions,
): Promise<FoundPage<FoundEntry>> {
  const text = new SqlText()
  const conditions = conditionsOf(search, predicate, text, { wholeStudies: true })
  if (search.formats !== undefined) conditions.push(`f.format = any (${listOf(search.formats, text)})`)
  if (search.entryIds !== undefined) conditions.push(`f.id = any (${listOf(search.entryIds, text)}::uuid[])`)
  const from = `${baseFrom} cross join lateral (values ('kos', m.kos_id), ('fhir', m.fhir_id)) f (format, id)`
  return runSearch(sql, { text, from, conditions, page, id: 'f.id' }, (row) => ({
    id: String(row.found_id),
    format: row.found_format === 'kos' ? 'kos' : 'fhir',
    manifest: manifestRowOf(row),
  }))
}

export interface FoundStudy {
  /** Of its ImagingStudy. */
  readonly id: string
  readonly studyInstanceUid: string
  readonly viewerEndpointId: string | undefined
}

/** Studies that are registered now. */
export async function searchPublishedStudies(
  sql: Sql,
  search: Omit<ManifestSearch, 'formats' | 'entryIds' | 'states'>,
  predicate: Predicate,
  page: PageOptions,
): Promise<FoundPage<FoundStudy>> {
  const text = new SqlText()
  const conditions = conditionsOf({ ...search, states: ['REGISTERED'] }, predicate, text, { wholeStudies: false })
  return runSearch(sql, { text, from: baseFrom, conditions, page, id: 'p.fhir_id' }, (row) => ({
    id: String(row.found_id),
    studyInstanceUid: String(row.study_instance_uid),
    viewerEndpointId: (row.viewer_endpoint_id as string | null) ?? undefined,
  }))
}

const baseFrom = `from manifests m join publications p on p.study_instance_uid = m.study_instance_uid
  join studies s on md5(s.study_instance_uid)::uuid = md5(m.study_instance_uid)::uuid`

interface Statement {
  readonly text: SqlText
  readonly from: string
  readonly conditions: readonly string[]
  readonly page: PageOptions
  readonly id: string
}

type FoundRow = Readonly<Record<string, unknown>>

async function runSearch<T>(sql: Sql, statement: Statement, itemOf: (row: FoundRow) => T): Promise<FoundPage<T>> {
  const { text, from, conditions, page, id } = statement
  const format = from.includes(' f (format, id)') ? 'f.format' : 'null'
  const where = conditions.join('\n and ')
  const date = `coalesce(m.study_date, '')`
  const after =
    page.after === undefined
      ? ''
      : `where (found_date, found_id) < (${text.param(page.after.studyDate)}, ${text.param(page.after.id)}::uuid)`
  // The count is of all pages: a page must not tell how many there are by being short.
  text.add(`with found as materialized (
      select m.id as manifest, ${id} as found_id, ${format} as found_format, ${date} collate "C" as found_date
      ${from} where ${where})
    select m.*, found_id, found_format, found_date, (select count(*)::int from found) as found_total
    from (select * from found ${after} order by found_date desc, found_id desc limit ${text.param(page.limit + 1)}::int) x
      join manifests m on m.id = x.manifest
    order by found_date desc, found_id desc`)
  const rows = await runQuery(async () => sql.unsafe<FoundRow[]>(text.toString(), text.params, { prepare: true }))
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  const hasMore = rows.length > page.limit && last !== undefined
  const total = rows[0]?.found_total as number | undefined
  return {
    total: total ?? (page.after === undefined ? 0 : await countAll(sql, statement)),
    items: shown.map(itemOf),
    next: hasMore ? { studyDate: String(last.found_date), id: String(last.found_id) } : undefined,
  }
}

/** Behind the last page no row says how many there are. */
async function countAll(sql: Sql, { text, from, conditions }: Statement): Promise<number> {
  const statement = `select count(*)::int as total ${from} where ${conditions.join('\n and ')}`
  const used = text.params.slice(0, highestPlace(statement))
  const [row] = await runQuery(async () => sql.unsafe<{ total: number }[]>(statement, used))
  return row?.total ?? 0
}

function highestPlace(statement: string): number {
  return Math.max(0, ...[...statement.matchAll(/\$(\d+)/g)].map((match) => Number(match[1])))
}

function conditionsOf(
  search: ManifestSearch,
  predicate: Predicate,
  text: SqlText,
  o: { readonly wholeStudies: boolean },
): string[] {
  const scope = compilePredicate(predicate, text)
  const conditions = [scope.study, 's.number_of_instances > 0', 'm.registered_at is not null']
  if (scope.part !== undefined) {
    conditions.push(o.wholeStudies ? 'not s.several_holders' : `(not s.several_holders or exists (${scope.part.view}))`)
  }
  conditions.push(stateCondition(search.states ?? ['REGISTERED', 'SUPERSEDED'], text))
  const add = (condition: string | undefined) => condition !== undefined && conditions.push(condition)
  const isOneOf = (column: string, values: readonly string[] | undefined, cast = '') =>
    values && `${column} = any (${listOf(values, text)}${cast})`
  add(isOneOf('m.study_instance_uid', search.studyInstanceUids))
  add(isOneOf('m.manifest_uid', search.manifestUids))
  add(isOneOf('p.fhir_id', search.imagingStudyIds, '::uuid[]'))
  add(isOneOf('m.viewer_endpoint_id', search.viewerEndpointIds, '::uuid[]'))
  add(search.accessions && `m.accessions && ${listOf(search.accessions, text)}`)
  add(search.modalities && `m.modalities && ${listOf(search.modalities, text)}`)
  add(search.regions && `m.regions && ${listOf(search.regions, text)}`)
  add(search.patients && patientsCondition(search.patients, text))
  add(search.studyDates && daysCondition('m.study_date', search.studyDates, text))
  const created = `to_char(m.created_at, 'YYYYMMDD') collate "C"`
  add(search.createdDates && daysCondition(created, search.createdDates, text))
  return conditions
}

/** A hidden study is withdrawn from the registry; whoever may see it all the same sees what was registered last. */
function stateCondition(states: readonly ('REGISTERED' | 'SUPERSEDED')[], text: SqlText): string {
  const among = `m.state = any (${listOf(states, text)})`
  if (!states.includes('REGISTERED')) return among
  return `(${among} or s.visibility <> 0 and m.state = 'WITHDRAWN' and m.version = p.version)`
}

function patientsCondition(patients: NonNullable<ManifestSearch['patients']>, text: SqlText): string {
  const alternatives = patients.map(({ issuer, identifier }) => {
    const same = `m.patient_identifier = ${text.param(identifier)}`
    return issuer === undefined ? same : `(${same} and m.patient_issuer = ${text.param(issuer)})`
  })
  return alternatives.length === 0 ? 'false' : `(${alternatives.join(' or ')})`
}

/** All spans hold: `date=ge…&date=lt…` is one range. */
function daysCondition(column: string, spans: readonly DaySpan[], text: SqlText): string {
  const parts = spans.flatMap(({ from, until }) => [
    ...(from === undefined ? [] : [`${column} >= ${text.param(from)}`]),
    ...(until === undefined ? [] : [`${column} <= ${text.param(until)}`]),
  ])
  return parts.length === 0 ? `${column} is not null` : parts.join(' and ')
}

/** An array as one text parameter; PostgreSQL needs no type of the driver's then. */
function listOf(values: readonly string[], text: SqlText): string {
  return `(array(select value from json_array_elements_text(${text.param(JSON.stringify(values))}::text::json)))`
}
