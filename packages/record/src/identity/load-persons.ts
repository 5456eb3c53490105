import type { Transaction } from '@vna/database'
import { CatalogError } from '@vna/database'
import { type Identifier, identityLimits } from './identity.ts'
import type { IdentityRow } from './place-identities.ts'

/** Adds the rows that are missing, with the issuers they need; answers the ids in the order given. */
export async function ensureIdentities(
  tx: Transaction,
  identifiers: readonly Identifier[],
  { source, at }: { readonly source: string; readonly at: Date },
): Promise<readonly number[]> {
  const text = JSON.stringify(identifiers)
  await tx`
    insert into issuers (value)
    select distinct r.issuer from json_to_recordset(${text}::text::json) as r (issuer text)
    where not exists (select from issuers i where i.value = r.issuer)
    on conflict do nothing`
  await tx`
    insert into identities (issuer_id, identifier, source, updated_at)
    select distinct i.id, r.identifier, ${source}, ${at.toISOString()}::timestamptz
    from json_to_recordset(${text}::text::json) as r (issuer text, identifier text) join issuers i on i.value = r.issuer
    on conflict do nothing`
  const rows = await tx<{ id: number }[]>`
    select t.id
    from rows from (json_to_recordset(${text}::text::json) as (issuer text, identifier text))
      with ordinality as r (issuer, identifier, place)
      join issuers i on i.value = r.issuer
      join identities t on t.identifier = r.identifier and t.issuer_id = i.id
    order by r.place`
  return rows.map(({ id }) => id)
}

export async function findIdentityId(tx: Transaction, { issuer, identifier }: Identifier): Promise<number | undefined> {
  const [row] = await tx<{ id: number }[]>`
    select t.id from identities t join issuers i on i.id = t.issuer_id
    where t.identifier = ${identifier} and i.value = ${issuer}`
  return row?.id
}

/** Everything that pointers connect with the given rows, in either direction. */
export async function loadPersons(tx: Transaction, ids: readonly number[]): Promise<Map<number, IdentityRow>> {
  const found = new Map<number, IdentityRow>()
  const limit = identityLimits.maxIdentitiesPerPerson * Math.max(1, ids.length)
  for (let fresh = [...ids]; fresh.length > 0; ) {
    const rows = await neighboursOf(tx, fresh)
    fresh = []
    for (const row of rows) {
      if (found.has(row.id)) continue
      found.set(row.id, row)
      fresh.push(row.id)
    }
    if (found.size > limit) throw new CatalogError('conflict', 'too many identifiers stand for one person')
  }
  return found
}

async function neighboursOf(tx: Transaction, ids: readonly number[]): Promise<readonly IdentityRow[]> {
  return tx<IdentityRow[]>`
    with given as materialized (
      select value::bigint as id from json_array_elements_text(${JSON.stringify(ids)}::text::json) as t (value)),
    near as (
      select id from given
      union select t.national_id from given g join identities t on t.id = g.id where t.national_id is not null
      union select t.merged_into from given g join identities t on t.id = g.id where t.merged_into is not null
      union select t.id from given g join identities t on t.national_id = g.id
      union select t.id from given g join identities t on t.merged_into = g.id)
    select t.id, i.value as issuer, t.identifier, t.national_id as "nationalId", t.merged_into as "mergedInto"
    from near n join identities t on t.id = n.id join issuers i on i.id = t.issuer_id`
}
