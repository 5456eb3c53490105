import type { PatientIdentifier } from '@vna/fse'
import { nationalIssuers } from '@vna/identifiers'

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
