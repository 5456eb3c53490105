import type { Sql } from '@vna/database'

export interface DictionaryValues {
  readonly folder: string
  readonly journal: string
  readonly entityCodes: readonly string[]
  readonly issuers: readonly string[]
  readonly uids: readonly string[]
}

/**
 * Adds the missing dictionary rows, outside the registration so that two packs never wait for each other here. An entity
 * nobody added yet (a reindex meets packs first) gets a row of status `unlisted`, which the ledger fills.
 */
export async function ensureDictionaries(sql: Sql, values: DictionaryValues): Promise<void> {
  const text = JSON.stringify(values)
  await sql`
    with input as materialized (select ${text}::text::jsonb as v),
    folder as (
      insert into pack_folders (path) select v ->> 'folder' from input
      where not exists (select from pack_folders where path = v ->> 'folder')
      on conflict do nothing),
    journal as (
      insert into journals (code) select v ->> 'journal' from input
      where not exists (select from journals where code = v ->> 'journal')
      on conflict do nothing),
    entity as (
      insert into entities (code, kind, name, status)
      select t.code, 'EEP', t.code, 'unlisted' from input, jsonb_array_elements_text(v -> 'entityCodes') as t (code)
      where not exists (select from entities e where e.code = t.code)
      order by t.code
      on conflict do nothing),
    issuer as (
      insert into issuers (value)
      select t.value from input, jsonb_array_elements_text(v -> 'issuers') as t (value)
      where not exists (select from issuers i where i.value = t.value)
      order by t.value
      on conflict do nothing)
    insert into uids (uid)
    select t.uid from input, jsonb_array_elements_text(v -> 'uids') as t (uid)
    where not exists (select from uids u where u.uid = t.uid)
    order by t.uid
    on conflict do nothing`
}
