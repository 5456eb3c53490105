import type { Sql } from '@vna/database'
import { runQuery } from '@vna/database'
import type { DicomJson, Query } from '@vna/dicom'
import { answerOf } from './answer.ts'
import { compileSearch, type SearchOptions } from './compile-search.ts'
import type { Predicate } from './predicate.ts'

/** Answers a query in one statement. RetrieveURL is the caller's to add. */
export async function search(
  sql: Sql,
  query: Query,
  predicate: Predicate,
  options: SearchOptions = {},
): Promise<readonly DicomJson[]> {
  const compiled = compileSearch(query, predicate, options)
  const rows = await runQuery(async () =>
    sql.unsafe<Record<string, unknown>[]>(compiled.text, compiled.params, { prepare: true }),
  )
  return rows.map((row) => answerOf(query, compiled.attributes, row))
}
