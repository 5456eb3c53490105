import { CatalogError, cleanDate, cleanText, databaseLimits } from '@vna/database'
import { codiceFiscaleIssuer, isCodiceFiscale, isNationalIssuer } from '@vna/identifiers'

/** An identifier in its domain: an OID, an issuer's name, or `entity:<code>`. */
export interface Identifier {
  readonly issuer: string
  readonly identifier: string
}

export interface IdentityLink extends Identifier {
  /** Codice fiscale, STP or ENI of the person; null takes it away, absent leaves it. */
  readonly national?: Identifier | null | undefined
  readonly name?: string | undefined
  /** YYYYMMDD */
  readonly birthDate?: string | undefined
  readonly sex?: string | undefined
  /** Who told: `mllp:<sender>`, `csv:<user>`, … */
  readonly source: string
}

export interface IdentityMerge {
  readonly survivor: Identifier
  readonly merged: Identifier
  readonly source: string
}

export interface IdentityUnmerge {
  readonly merged: Identifier
  readonly source: string
}

export interface IdentityLimits {
  readonly maxIdentitiesPerPerson: number
  readonly maxLinksPerTransaction: number
  readonly maxIdentifiersPerResolution: number
}

export const identityLimits: IdentityLimits = {
  /** Identifiers that stand for one person, in all domains; what is more is a mistake of the sender. */
  maxIdentitiesPerPerson: 2_000,
  maxLinksPerTransaction: 500,
  maxIdentifiersPerResolution: 20_000,
}

/**
 * What nobody sees is no part of an identifier or a domain, and goes before anything is compared: `entity:ASST-A` behind a NUL
 * would pass a check and be kept as the domain itself.
 */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '')
}

/** As headers are read: a codice fiscale is one whatever issuer stands beside it, national numbers are in capitals. */
export function cleanIdentifier({ issuer, identifier }: Identifier): Identifier {
  const value = cleanText(withoutControls(identifier), databaseLimits.maxIdentifierChars)
  const domain = cleanText(withoutControls(issuer), databaseLimits.maxIdentifierChars)
  if (value === null) throw new CatalogError('invalid-input', 'an identifier is empty')
  const compact = value.replace(/\s/g, '').toUpperCase()
  if (isCodiceFiscale(compact)) return { issuer: codiceFiscaleIssuer, identifier: compact }
  if (domain === null) throw new CatalogError('invalid-input', 'an identifier has no issuer')
  return { issuer: domain, identifier: isNationalIssuer(domain) ? compact : value }
}

export function cleanLink(link: IdentityLink): IdentityLink {
  const national = link.national == null ? link.national : cleanIdentifier(link.national)
  if (national != null && !isNationalIssuer(national.issuer)) {
    throw new CatalogError('invalid-input', 'the national identifier is none')
  }
  return {
    ...cleanIdentifier(link),
    national,
    name: cleanText(link.name) ?? undefined,
    birthDate: cleanDate(link.birthDate) ?? undefined,
    sex: cleanText(link.sex, 16) ?? undefined,
    source: cleanText(link.source) ?? 'unknown',
  }
}

export function keyOf({ issuer, identifier }: Identifier): string {
  return `${issuer}\n${identifier}`
}
