import type { Predicate } from '@vna/catalog'
import type { Sql } from '@vna/database'
import { runQuery, SqlText } from '@vna/database'
import { type ManifestRow, manifestRowOf } from './manifest-row.ts'
import type { EntryFormat, ManifestSearch } from './manifest-search.ts'
import { entryConditionsOf, type FoundWay, foundWaysOf } from './search-conditions.ts'

/** Study dates where there are none are the earliest. Equals follow by id, so that an order is one order. */
export interface ManifestOrder {
  readonly by: 'studyDate' | 'created' | 'changed'
  readonly isDescending: boolean
}

const newestStudyFirst: ManifestOrder = { by: 'studyDate', isDescending: true }

/** Where a page begins: behind this place in its order. */
export interface ManifestCursor {
  /** As the statement wrote it: digits, or nothing for no date. */
  readonly key: string
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
  /** 0: the total alone. */
  readonly limit: number
  /** Absent: by study date, newest first. */
  readonly order?: ManifestOrder | undefined
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
  const ofEntry = entryConditionsOf(search, text)
  const ways = foundWaysOf(search, predicate, text, { wholeStudies: true }).map(({ from, conditions }) => ({
    from: `${from} cross join lateral (values ('kos', m.kos_id), ('fhir', m.fhir_id)) f (format, id)`,
    conditions: [...conditions, ...ofEntry],
  }))
  return runSearch(sql, { text, ways, page, id: 'f.id', format: 'f.format' }, (row) => ({
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
  readonly changedAt: Date | undefined
}

/** Studies that are registered now. */
export async function searchPublishedStudies(
  sql: Sql,
  search: Omit<ManifestSearch, 'formats' | 'entryIds' | 'states' | 'codes' | 'related'>,
  predicate: Predicate,
  page: PageOptions,
): Promise<FoundPage<FoundStudy>> {
  const text = new SqlText()
  const ways = foundWaysOf({ ...search, states: ['REGISTERED'] }, predicate, text, { wholeStudies: false })
  return runSearch(sql, { text, ways, page, id: 'p.fhir_id', format: 'null' }, (row) => ({
    id: String(row.found_id),
    studyInstanceUid: String(row.study_instance_uid),
    viewerEndpointId: (row.viewer_endpoint_id as string | null) ?? undefined,
    changedAt: (row.changed_at as Date | null) ?? undefined,
  }))
}

/** As text, so that one cursor serves all; to the millisecond, as the entries tell it. */
const orderKeys: Readonly<Record<ManifestOrder['by'], string>> = {
  studyDate: `coalesce(m.study_date, '')`,
  created: `to_char(m.created_at at time zone 'UTC', 'YYYYMMDDHH24MISSMS')`,
  changed: `coalesce(to_char(m.changed_at at time zone 'UTC', 'YYYYMMDDHH24MISSMS'), '')`,
}

interface Statement {
  readonly text: SqlText
  readonly ways: readonly FoundWay[]
  readonly page: PageOptions
  readonly id: string
  readonly format: string
}

type FoundRow = Readonly<Record<string, unknown>>

async function runSearch<T>(sql: Sql, statement: Statement, itemOf: (row: FoundRow) => T): Promise<FoundPage<T>> {
  const { text, ways, page, id, format } = statement
  const { by, isDescending } = page.order ?? newestStudyFirst
  const order = isDescending ? 'found_key desc, found_id desc' : 'found_key, found_id'
  const after =
    page.after === undefined
      ? ''
      : `where (found_key, found_id) ${isDescending ? '<' : '>'} (${text.param(page.after.key)}, ${text.param(page.after.id)}::uuid)`
  // The count is of all pages: a page must not tell how many there are by being short.
  const found = selectOf(
    ways,
    `m.id as manifest, ${id} as found_id, ${format} as found_format, ${orderKeys[by]} collate "C" as found_key`,
  )
  text.add(`with found as materialized (${found})
    select m.*, found_id, found_format, found_key, (select count(*)::int from found) as found_total
    from (select * from found ${after} order by ${order} limit ${text.param(page.limit + 1)}::int) x
      join manifests m on m.id = x.manifest
    order by ${order}`)
  const rows = await runQuery(async () => sql.unsafe<FoundRow[]>(text.toString(), text.params, { prepare: true }))
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  const hasMore = rows.length > page.limit && last !== undefined
  const total = rows[0]?.found_total as number | undefined
  return {
    total: total ?? (page.after === undefined ? 0 : await countAll(sql, statement)),
    items: shown.map(itemOf),
    next: hasMore ? { key: String(last.found_key), id: String(last.found_id) } : undefined,
  }
}

/** Behind the last page no row says how many there are. */
async function countAll(sql: Sql, { text, ways }: Statement): Promise<number> {
  const statement = `select count(*)::int as total from (${selectOf(ways, 'm.id')}) found`
  const used = text.params.slice(0, highestPlace(statement))
  const [row] = await runQuery(async () => sql.unsafe<{ total: number }[]>(statement, used))
  return row?.total ?? 0
}

function selectOf(ways: readonly FoundWay[], columns: string): string {
  return ways
    .map(({ from, conditions }) => `select ${columns} ${from} where ${conditions.join('\n and ')}`)
    .join('\n union all ')
}

function highestPlace(statement: string): number {
  return Math.max(0, ...[...statement.matchAll(/\$(\d+)/g)].map((match) => Number(match[1])))
}
