import type { PatientIdentifier } from '@vna/fse'
import type { LinkingContext } from '@vna/record'

type Resolve = (one: PatientIdentifier) => Pick<ReturnType<LinkingContext['resolve']>, 'survivor' | 'national'>

/**
 * The identifiers of one side as they are compared: a merged one is what it was merged into, and the person's national one
 * joins in. Where they stand for two persons, nobody is named: such a side agrees with none and contradicts none.
 */
export function comparableIdentifiers(
  identifiers: readonly PatientIdentifier[],
  resolve: Resolve,
): readonly PatientIdentifier[] {
  const resolved = identifiers.map(resolve)
  const nationals = distinct(resolved.flatMap(({ national }) => (national === undefined ? [] : [plain(national)])))
  if (new Set(nationals.map(({ issuer }) => issuer)).size < nationals.length) return []
  return distinct([...resolved.map(({ survivor }) => plain(survivor)), ...nationals])
}

function plain({ issuer, identifier }: { readonly issuer: string; readonly identifier: string }): PatientIdentifier {
  return { value: identifier, issuer }
}

function distinct(identifiers: readonly PatientIdentifier[]): readonly PatientIdentifier[] {
  return [...new Map(identifiers.map((one) => [`${one.issuer}\n${one.value}`, one])).values()]
}
