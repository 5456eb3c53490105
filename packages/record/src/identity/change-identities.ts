import type { Sql, Transaction } from '@vna/database'
import { appendEvents, CatalogError, runTransaction } from '@vna/database'
import type { NewLedgerEvent } from '@vna/ledger-events'
import {
  cleanIdentifier,
  cleanLink,
  type IdentityLink,
  type IdentityMerge,
  type IdentityUnmerge,
  identityLimits,
  keyOf,
} from './identity.ts'
import { ensureIdentities, findIdentityId, loadPersons } from './load-persons.ts'
import { markAffected } from './mark-affected.ts'
import { type IdentityRow, placeIdentities } from './place-identities.ts'

export interface ChangeOptions {
  /** When it was decided; now where absent. */
  readonly at?: Date | undefined
  /** False when the change itself comes from the ledger. */
  readonly recordEvent?: boolean | undefined
}

/** One change of the cross-reference at a time: two merges at once could close a circle. */
const identityLock = 7_237_010

/** Returns how many of the links said something new. */
export async function linkIdentities(
  sql: Sql,
  given: readonly IdentityLink[],
  options: ChangeOptions = {},
): Promise<number> {
  if (given.length > identityLimits.maxLinksPerTransaction) {
    throw new CatalogError('invalid-input', 'too many identities at once')
  }
  const links = given.map(cleanLink)
  if (links.length === 0) return 0
  const at = options.at ?? new Date()
  return changed(sql, options, async (tx) => {
    const named = distinctBy([...links, ...links.flatMap(({ national }) => national ?? [])])
    const ids = await ensureIdentities(tx, named, { source: links[0]?.source ?? 'unknown', at })
    const idOf = new Map(named.map((identifier, index) => [keyOf(identifier), ids[index] ?? -1]))
    const before = await loadPersons(tx, ids)
    const fresh = await writeLinks(tx, links, { idOf, at })
    if (fresh.length === 0) return { result: 0, events: [] }
    await settle(tx, before, ids)
    return { result: fresh.length, events: fresh.map((link) => linkedEvent(link, at)) }
  })
}

/** False when it was merged so already. */
export async function mergeIdentities(sql: Sql, merge: IdentityMerge, options: ChangeOptions = {}): Promise<boolean> {
  const survivor = cleanIdentifier(merge.survivor)
  const merged = cleanIdentifier(merge.merged)
  if (keyOf(survivor) === keyOf(merged))
    throw new CatalogError('invalid-input', 'an identifier merges with another one')
  const at = options.at ?? new Date()
  return changed(sql, options, async (tx) => {
    const ids = await ensureIdentities(tx, [survivor, merged], { source: merge.source, at })
    const [survivorId = -1, mergedId = -1] = ids
    const before = await loadPersons(tx, ids)
    if (before.get(mergedId)?.mergedInto === survivorId) return { result: false, events: [] }
    await tx`update identities set merged_into = ${survivorId}::bigint, updated_at = ${at.toISOString()}::timestamptz
      where id = ${mergedId}::bigint`
    await settle(tx, before, ids)
    const payload = { survivor, merged, source: merge.source, at: at.toISOString() }
    return { result: true, events: [{ type: 'identity-merged', payload }] }
  })
}

/** False when it is merged into nothing. */
export async function unmergeIdentities(sql: Sql, o: IdentityUnmerge, options: ChangeOptions = {}): Promise<boolean> {
  const merged = cleanIdentifier(o.merged)
  const at = options.at ?? new Date()
  return changed(sql, options, async (tx) => {
    const id = await findIdentityId(tx, merged)
    const before = await loadPersons(tx, id === undefined ? [] : [id])
    if (id === undefined || before.get(id)?.mergedInto == null) return { result: false, events: [] }
    await tx`update identities set merged_into = null, updated_at = ${at.toISOString()}::timestamptz
      where id = ${id}::bigint`
    await settle(tx, before, [...before.keys()])
    const payload = { merged, source: o.source, at: at.toISOString() }
    return { result: true, events: [{ type: 'identity-unmerged', payload }] }
  })
}

interface Change<T> {
  readonly result: T
  readonly events: readonly NewLedgerEvent[]
}

async function changed<T>(sql: Sql, options: ChangeOptions, work: (tx: Transaction) => Promise<Change<T>>): Promise<T> {
  return runTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(${identityLock}::int)`
    const { result, events } = await work(tx)
    if (options.recordEvent !== false) await appendEvents(tx, events)
    return result
  })
}

interface LinkRow {
  readonly id: number
  readonly nationalId: number | null | undefined
  readonly link: IdentityLink
}

/** Writes what is told and answers the links that changed a row. */
async function writeLinks(
  tx: Transaction,
  links: readonly IdentityLink[],
  { idOf, at }: { readonly idOf: ReadonlyMap<string, number>; readonly at: Date },
): Promise<readonly IdentityLink[]> {
  // The last word counts where one identifier is told twice.
  const rows = new Map(
    links.map((link): [number, LinkRow] => {
      const id = idOf.get(keyOf(link)) ?? -1
      const told = link.national == null ? link.national : (idOf.get(keyOf(link.national)) ?? -1)
      return [id, { id, nationalId: told === id ? undefined : told, link }]
    }),
  )
  const text = JSON.stringify(
    [...rows.values()].map(({ id, nationalId, link }) => ({
      id,
      told: nationalId !== undefined,
      nationalId: nationalId ?? null,
      ...link,
    })),
  )
  const changedRows = await tx<{ id: number }[]>`
    update identities t set national_id = case when r.told then r."nationalId" else t.national_id end,
      name = coalesce(r.name, t.name), birth_date = coalesce(r."birthDate", t.birth_date),
      sex = coalesce(r.sex, t.sex), source = r.source, updated_at = ${at.toISOString()}::timestamptz
    from json_to_recordset(${text}::text::json) as r (id bigint, told boolean, "nationalId" bigint, name text,
      "birthDate" text, sex text, source text)
    where t.id = r.id and (
      r.told and t.national_id is distinct from r."nationalId"
      or r.name is not null and r.name is distinct from t.name
      or r."birthDate" is not null and r."birthDate" is distinct from t.birth_date
      or r.sex is not null and r.sex is distinct from t.sex)
    returning t.id`
  return changedRows.flatMap(({ id }) => rows.get(id)?.link ?? [])
}

/** Works out again whom the identifiers stand for, and has everything looked at that names one of them. */
async function settle(
  tx: Transaction,
  before: ReadonlyMap<number, IdentityRow>,
  ids: readonly number[],
): Promise<void> {
  const rows = await loadPersons(tx, ids)
  const placements = [...placeIdentities(rows)].map(([id, { survivor, root, resolved }]) => ({
    id,
    survivor: survivor.id === id ? null : survivor.id,
    root: root.id === id ? null : root.id,
    issuer: resolved?.issuer ?? null,
    identifier: resolved?.identifier ?? null,
  }))
  await tx`
    update identities t set survivor_id = r.survivor, root_id = r.root, resolved_issuer = r.issuer,
      resolved_identifier = r.identifier
    from json_to_recordset(${JSON.stringify(placements)}::text::json) as r (id bigint, survivor bigint, root bigint,
      issuer text, identifier text)
    where t.id = r.id and (t.survivor_id is distinct from r.survivor or t.root_id is distinct from r.root
      or t.resolved_issuer is distinct from r.issuer or t.resolved_identifier is distinct from r.identifier)`
  await markAffected(
    tx,
    distinctBy([...before.values(), ...rows.values()]).map(({ issuer, identifier }) => ({ issuer, identifier })),
  )
}

function linkedEvent({ national, ...link }: IdentityLink, at: Date): NewLedgerEvent {
  return {
    type: 'identity-linked',
    payload: { ...link, ...(national !== undefined && { national }), at: at.toISOString() },
  }
}

function distinctBy<T extends { readonly issuer: string; readonly identifier: string }>(
  values: readonly T[],
): readonly T[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()]
}
