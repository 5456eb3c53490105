import type { Sql, Transaction } from '@vna/database'
import { CatalogError } from '@vna/database'
import { isNationalIssuer } from '@vna/identifiers'
import { type Identifier, identityLimits, keyOf } from './identity.ts'

/** What the cross-reference says of one identifier. */
export interface ResolvedIdentifier extends Identifier {
  /** Itself, or what it was merged into. */
  readonly survivor: Identifier
  /** Under which the health record knows the person; absent: unresolved. */
  readonly national: Identifier | undefined
  /** Every identifier of the person, this one included. */
  readonly equivalents: readonly Identifier[]
  readonly name: string | undefined
  /** YYYYMMDD */
  readonly birthDate: string | undefined
  readonly sex: string | undefined
}

interface Row extends Identifier {
  readonly survivor: Identifier
  readonly national: Identifier | null
  readonly equivalents: readonly Identifier[]
  readonly name: string | null
  readonly birthDate: string | null
  readonly sex: string | null
}

/**
 * In the order given. An identifier nobody told us about stands for itself, a national one for its person. `equivalents`
 * has at most `maxIdentitiesPerPerson` entries.
 */
export async function resolveIdentifiers(
  sql: Sql | Transaction,
  identifiers: readonly Identifier[],
): Promise<readonly ResolvedIdentifier[]> {
  if (identifiers.length === 0) return []
  if (identifiers.length > identityLimits.maxIdentifiersPerResolution) {
    throw new CatalogError('invalid-input', 'too many identifiers at once')
  }
  const rows = await sql<Row[]>`
    with k as materialized (
      select distinct i.value as issuer, t.identifier, t.id, t.survivor_id, coalesce(t.root_id, t.id) as root_id,
        t.resolved_issuer, t.resolved_identifier, t.name, t.birth_date, t.sex
      from json_to_recordset(${JSON.stringify(identifiers)}::text::json) as r (issuer text, identifier text)
        join issuers i on i.value = r.issuer
        join identities t on t.identifier = r.identifier and t.issuer_id = i.id)
    select k.issuer, k.identifier, k.name, k.birth_date as "birthDate", k.sex,
      coalesce((select json_build_object('issuer', i.value, 'identifier', v.identifier)
        from identities v join issuers i on i.id = v.issuer_id where v.id = k.survivor_id),
        json_build_object('issuer', k.issuer, 'identifier', k.identifier)) as survivor,
      case when k.resolved_identifier is not null
        then json_build_object('issuer', k.resolved_issuer, 'identifier', k.resolved_identifier) end as national,
      (select json_agg(json_build_object('issuer', i.value, 'identifier', e.identifier))
        from (select m.identifier, m.issuer_id from identities m where m.id = k.root_id
          union all select m.identifier, m.issuer_id from identities m where m.root_id = k.root_id
          limit ${identityLimits.maxIdentitiesPerPerson}::int) e
          join issuers i on i.id = e.issuer_id) as equivalents
    from k`
  const known = new Map(rows.map((row) => [keyOf(row), row]))
  return identifiers.map((identifier) => resolvedOf(identifier, known.get(keyOf(identifier))))
}

function resolvedOf({ issuer, identifier }: Identifier, row: Row | undefined): ResolvedIdentifier {
  const self = { issuer, identifier }
  return {
    ...self,
    survivor: row?.survivor ?? self,
    national: row?.national ?? (row === undefined && isNationalIssuer(issuer) ? self : undefined),
    equivalents: row?.equivalents ?? [self],
    name: row?.name ?? undefined,
    birthDate: row?.birthDate ?? undefined,
    sex: row?.sex ?? undefined,
  }
}
