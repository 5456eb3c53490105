import type { Sql, Transaction } from '@vna/database'
import { runTransaction } from '@vna/database'
import { dictionaryLimits } from '../limits.ts'

/** A value that rows refer to by a number, and who brought it when. */
export interface DictionaryEntry {
  readonly dictionary: 'uids' | 'issuers'
  readonly value: string
  readonly entityCode: string
  /** Day of arrival, YYYY-MM-DD in UTC: the same in a rebuild as on the day itself. */
  readonly arrivedOn: string
  /** In the standard's own list: always entered, and counted for nobody. */
  readonly isStandard: boolean
}

export interface DictionaryValues {
  readonly folder: string
  readonly journal: string
  readonly entityCodes: readonly string[]
  readonly entries: readonly DictionaryEntry[]
}

/** One at a time gives numbers without gaps; only what nobody has seen before comes here. */
const dictionaryLock = 7_237_009

/**
 * Adds the missing dictionary rows, outside the registration so that two packs never wait for each other there. An entity
 * nobody added yet (a reindex meets packs first) gets a row of status `unlisted`, which the ledger fills. Returns the entries
 * that were not added because their entity brought too many new ones.
 */
export async function ensureDictionaries(sql: Sql, values: DictionaryValues): Promise<readonly DictionaryEntry[]> {
  await ensurePlaces(sql, values)
  const missing = await findMissing(sql, values.entries)
  if (missing.length === 0) return []
  return runTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(${dictionaryLock}::int)`
    await insertEntries(tx, 'uids', missing, dictionaryLimits.uids)
    await insertEntries(tx, 'issuers', missing, dictionaryLimits.issuers)
    return findMissing(tx, missing)
  })
}

async function ensurePlaces(sql: Sql, { folder, journal, entityCodes }: DictionaryValues): Promise<void> {
  const text = JSON.stringify({ folder, journal, entityCodes })
  await sql`
    with input as materialized (select ${text}::text::jsonb as v),
    folder as (
      insert into pack_folders (path) select v ->> 'folder' from input
      where not exists (select from pack_folders where path = v ->> 'folder')
      on conflict do nothing),
    journal as (
      insert into journals (code) select v ->> 'journal' from input
      where not exists (select from journals where code = v ->> 'journal')
      on conflict do nothing)
    insert into entities (code, kind, name, status)
    select t.code, 'EEP', t.code, 'unlisted' from input, jsonb_array_elements_text(v -> 'entityCodes') as t (code)
    where not exists (select from entities e where e.code = t.code)
    order by t.code
    on conflict do nothing`
}

async function findMissing(
  sql: Sql | Transaction,
  entries: readonly DictionaryEntry[],
): Promise<readonly DictionaryEntry[]> {
  const [row] = await sql<{ known: { uids: string[] | null; issuers: string[] | null } }[]>`
    with r as materialized (
      select r.dictionary, r.value from json_to_recordset(${JSON.stringify(entries)}::text::json) as r (dictionary text, value text))
    select json_build_object(
      'uids', (select json_agg(u.uid) from r join uids u on u.uid = r.value where r.dictionary = 'uids'),
      'issuers', (select json_agg(i.value) from r join issuers i on i.value = r.value where r.dictionary = 'issuers')) as known`
  const known = { uids: new Set(row?.known.uids), issuers: new Set(row?.known.issuers) }
  return entries.filter(({ dictionary, value }) => !known[dictionary].has(value))
}

type Limits = (typeof dictionaryLimits)[DictionaryEntry['dictionary']]

/** What is beyond a limit is left out. Counted by an index, and never more than the limits allow. */
async function insertEntries(
  tx: Transaction,
  dictionary: DictionaryEntry['dictionary'],
  missing: readonly DictionaryEntry[],
  limits: Limits,
): Promise<void> {
  const entries = missing.filter((entry) => entry.dictionary === dictionary)
  if (entries.length === 0) return
  const table = tx(dictionary)
  const column = tx(dictionary === 'uids' ? 'uid' : 'value')
  // Issuers are numbered by a sequence: identities that nobody stored add some too, and there is room for gaps.
  const id = dictionary === 'uids' ? tx`id,` : tx``
  await tx`
    with r as materialized (
      select distinct on (r.value collate "C") r.value, r."arrivedOn" as day, r."isStandard" as standard, e.id as entity_id
      from json_to_recordset(${JSON.stringify(entries)}::text::json) as r (value text, "entityCode" text, "arrivedOn" date,
          "isStandard" boolean) join entities e on e.code = r."entityCode"
      where not exists (select from ${table} d where d.${column} = r.value)),
    counted as (
      select r.*,
        (select count(*) from ${table} d where d.entity_id = r.entity_id and d.arrived_on = r.day)
          + row_number() over (partition by standard, entity_id, day order by value collate "C") as of_day,
        (select count(*) from ${table} d where d.entity_id = r.entity_id)
          + row_number() over (partition by standard, entity_id order by day, value collate "C") as of_entity
      from r),
    admitted as (
      select c.*, (select coalesce(max(id), 0) from ${table})
        + row_number() over (order by standard desc, value collate "C") as id
      from counted c
      where standard or of_day <= ${limits.maxNewPerEntityAndDay}::int and of_entity <= ${limits.maxNewPerEntity}::int)
    insert into ${table} (${id} ${column}, entity_id, arrived_on)
    select ${id} value, case when not standard then entity_id end, case when not standard then day end
    from admitted where id <= case when standard then ${limits.maxEntries}::bigint
      else ${limits.maxEntries - limits.keptForStandard}::bigint end`
}
