import type { Sql, Transaction } from '@vna/database'
import { appendEvents, CatalogError, cleanText, databaseLimits, runTransaction } from '@vna/database'
import { isNationalIssuer } from '@vna/identifiers'
import type { ChangeOptions } from './change-identities.ts'
import { withoutControls } from './identity.ts'

/** A domain of identifiers and the entity whose numbers it has. */
export interface DomainOwner {
  readonly domain: string
  readonly entityCode: string
}

const identityDomainLimits = {
  /** An entity that names more domains by its messages is mistaken; an operator may assign further ones. */
  maxClaimedPerEntity: 100,
} as const

const domainLock = 7_237_018
const ownPrefix = 'entity:'

/**
 * Owners of the domains, each in the order given; those that nobody has are the entity's from now on, unless one of the others
 * has another owner: who speaks of numbers of others gets nothing. National domains have no owner and are passed over.
 */
export async function claimDomains(
  sql: Sql,
  o: { readonly domains: readonly string[]; readonly entityCode: string },
): Promise<readonly DomainOwner[]> {
  const { entityCode } = o
  const domains = [...new Set(o.domains.map(cleanDomain))].filter((domain) => !isNationalIssuer(domain))
  const implicit = domains.filter(isOwnDomain).map((domain) => ({ domain, entityCode: domain.slice(ownPrefix.length) }))
  const others = domains.filter((domain) => !isOwnDomain(domain))
  if (others.length === 0) return implicit
  return runTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(${domainLock}::int)`
    const known = await findOwners(tx, others)
    const owners = [...implicit, ...known]
    if (owners.some((owner) => owner.entityCode !== entityCode)) return owners
    const fresh = others.filter((domain) => !known.some((owner) => owner.domain === domain))
    if (fresh.length === 0) return owners
    await assertFewClaims(tx, entityCode, fresh.length)
    const at = new Date()
    for (const domain of fresh) await putOwner(tx, { domain, entityCode }, { at })
    return [...owners, ...fresh.map((domain) => ({ domain, entityCode }))]
  })
}

/** An operator says whose domain it is; false when it was already. */
export async function assignDomain(sql: Sql, given: DomainOwner, options: ChangeOptions = {}): Promise<boolean> {
  const domain = cleanDomain(given.domain)
  if (isNationalIssuer(domain) || isOwnDomain(domain)) {
    throw new CatalogError('invalid-input', 'a national domain, or one named after an entity, cannot be assigned')
  }
  return runTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(${domainLock}::int)`
    return putOwner(tx, { ...given, domain }, { ...options, at: options.at ?? new Date() })
  })
}

function cleanDomain(domain: string): string {
  const cleaned = cleanText(withoutControls(domain), databaseLimits.maxIdentifierChars)
  if (cleaned === null) throw new CatalogError('invalid-input', 'a domain is empty')
  return cleaned
}

function isOwnDomain(domain: string): boolean {
  return domain.startsWith(ownPrefix)
}

async function findOwners(tx: Transaction, domains: readonly string[]): Promise<readonly DomainOwner[]> {
  return tx<DomainOwner[]>`
    select domain, entity_code as "entityCode" from identity_domains
    where domain = any(array(select value from json_array_elements_text(${JSON.stringify(domains)}::text::json) as t (value)))`
}

async function assertFewClaims(tx: Transaction, entityCode: string, more: number): Promise<void> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from identity_domains where entity_code = ${entityCode}`
  if ((row?.count ?? 0) + more > identityDomainLimits.maxClaimedPerEntity) {
    throw new CatalogError('conflict', 'too many domains of one entity; an operator may assign further ones')
  }
}

async function putOwner(
  tx: Transaction,
  { domain, entityCode }: DomainOwner,
  o: { readonly at: Date; readonly recordEvent?: boolean | undefined },
): Promise<boolean> {
  const at = o.at.toISOString()
  const { count } = await tx`
    insert into identity_domains as d (domain, entity_code, assigned_at)
    values (${domain}, ${entityCode}, ${at}::timestamptz)
    on conflict (domain) do update set entity_code = excluded.entity_code, assigned_at = excluded.assigned_at
    where d.entity_code <> excluded.entity_code and d.assigned_at <= excluded.assigned_at`
  if (count > 0 && o.recordEvent !== false) {
    await appendEvents(tx, [{ type: 'domain-assigned', payload: { domain, entityCode, at } }])
  }
  return count > 0
}
