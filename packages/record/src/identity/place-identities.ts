import { CatalogError } from '@vna/database'
import { isNationalIssuer } from '@vna/identifiers'
import type { Identifier } from './identity.ts'

/** What was told of one identifier. */
export interface IdentityRow extends Identifier {
  readonly id: number
  readonly nationalId: number | null
  readonly mergedInto: number | null
}

/** What follows for it. `survivor` ends its merges, `root` is the person. */
export interface Placement {
  readonly survivor: IdentityRow
  readonly root: IdentityRow
  readonly resolved: Identifier | null
}

type Rows = ReadonlyMap<number, IdentityRow>

/**
 * Whom each identifier stands for. The rows are everything that is connected by pointers. A merge goes before a national
 * identifier; a survivor without one takes that of the identifiers merged into it, where they agree. Throws `conflict`
 * when the pointers run in a circle.
 */
export function placeIdentities(rows: Rows): ReadonlyMap<number, Placement> {
  const survivors = new Map([...rows.values()].map((row) => [row.id, survivorOf(row, rows)]))
  const inherited = inheritedNationals(rows, survivors)
  return new Map(
    [...rows.values()].map((row) => {
      const survivor = survivors.get(row.id) ?? row
      const root = rootOf(survivor, { rows, survivors, inherited })
      const { issuer, identifier } = root
      return [row.id, { survivor, root, resolved: isNationalIssuer(issuer) ? { issuer, identifier } : null }]
    }),
  )
}

function survivorOf(row: IdentityRow, rows: Rows): IdentityRow {
  return follow(row, ({ mergedInto }) => (mergedInto === null ? undefined : rows.get(mergedInto)))
}

interface Forest {
  readonly rows: Rows
  readonly survivors: ReadonlyMap<number, IdentityRow>
  readonly inherited: ReadonlyMap<number, number>
}

function rootOf(start: IdentityRow, { rows, survivors, inherited }: Forest): IdentityRow {
  return follow(start, (row) => {
    const nationalId = row.nationalId ?? inherited.get(row.id)
    return nationalId === undefined || nationalId === row.id ? undefined : survivors.get(rows.get(nationalId)?.id ?? -1)
  })
}

function follow(start: IdentityRow, next: (row: IdentityRow) => IdentityRow | undefined): IdentityRow {
  const seen = new Set<number>()
  let row = start
  for (let ahead = next(row); ahead !== undefined; ahead = next(row)) {
    if (seen.has(ahead.id) || ahead.id === start.id) {
      throw new CatalogError('conflict', 'the identifiers would stand for each other in a circle')
    }
    seen.add(ahead.id)
    row = ahead
  }
  return row
}

/** By survivor: the national identifier of what was merged into it; two different ones say nothing. */
function inheritedNationals(rows: Rows, survivors: ReadonlyMap<number, IdentityRow>): ReadonlyMap<number, number> {
  const found = new Map<number, Set<number>>()
  for (const { id, nationalId } of rows.values()) {
    const survivor = survivors.get(id)
    // One that has its own is never asked what it inherits.
    if (nationalId === null || survivor === undefined || isNationalIssuer(survivor.issuer)) continue
    found.set(survivor.id, (found.get(survivor.id) ?? new Set()).add(nationalId))
  }
  return new Map([...found].flatMap(([id, [only, ...others]]) => (only && others.length === 0 ? [[id, only]] : [])))
}
