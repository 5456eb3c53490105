import { codiceFiscaleIssuer } from '@vna/catalog'

import type { PatientIdentifier } from '@vna/fse'

/** Codice fiscale, STP (Straniero Temporaneamente Presente), ENI (Europeo Non Iscritto), the more lasting first. */
const nationalIssuers = [codiceFiscaleIssuer, '2.16.840.1.113883.2.9.4.3.17', '2.16.840.1.113883.2.9.4.3.18'] as const

/** Whether an identifier of this domain is known in the whole country, and so tells nothing of who holds what. */
export function isNational(issuer: string): boolean {
  return nationalIssuers.some((known) => known === issuer)
}

/**
 * The one person that the identifiers of a study stand for. Where they stand for two, it is nobody: an entry in the wrong
 * record is worse than none.
 */
export function nationalIdentifierOf(
  identifiers: readonly (PatientIdentifier & { readonly resolved: PatientIdentifier | null })[],
): PatientIdentifier | undefined {
  const persons = identifiers.map(({ value, issuer, resolved }) => resolved ?? { value, issuer })
  for (const issuer of nationalIssuers) {
    const [first, ...rest] = persons.filter((person) => person.issuer === issuer)
    if (first === undefined) continue
    return rest.every(({ value }) => value === first.value) ? { value: first.value, issuer } : undefined
  }
  return undefined
}
