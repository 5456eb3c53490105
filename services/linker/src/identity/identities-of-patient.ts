import { type AdtPatient, FseError, type PatientIdentifier } from '@vna/fse'
import { isNationalIssuer, nationalIssuers } from '@vna/identifiers'
import type { Identifier, IdentityLink, IdentityMerge } from '@vna/record'

/** What one PID says: every identifier in it stands for the person of its national one. */
export function linksOfPatient(patient: AdtPatient, source: string): readonly IdentityLink[] {
  const national = nationalOf(patient.identifiers)
  const { name, birthDate, sex } = patient
  return patient.identifiers
    .map(identifierOf)
    .filter((identifier) => national === undefined || !isSame(identifier, national))
    .map((identifier) => ({ ...identifier, national, name, birthDate, sex, source }))
}

/** What one MRG says: each old identifier is the new one of its own domain, else the national one, else the first. */
export function mergesOfPatient(patient: AdtPatient, source: string): readonly IdentityMerge[] {
  const survivors = patient.identifiers.map(identifierOf)
  const [first] = survivors
  return patient.replacedIdentifiers.map(identifierOf).flatMap((merged) => {
    if (survivors.some((survivor) => isSame(survivor, merged))) return []
    const inDomain = survivors.find(({ issuer }) => issuer === merged.issuer)
    const survivor = inDomain ?? nationalOf(patient.identifiers) ?? first
    return survivor === undefined ? [] : [{ survivor, merged, source }]
  })
}

function nationalOf(identifiers: readonly PatientIdentifier[]): Identifier | undefined {
  const nationals = identifiers.filter(({ issuer }) => isNationalIssuer(issuer))
  const ranked = nationals.toSorted((a, b) => nationalIssuers.indexOf(a.issuer) - nationalIssuers.indexOf(b.issuer))
  const [best, second] = ranked
  // Two persons in one PID: what it says cannot be believed.
  if (best !== undefined && second?.issuer === best.issuer)
    throw new FseError('conflicting-patient', { where: 'PID-3' })
  return best === undefined ? undefined : identifierOf(best)
}

export function identifierOf({ value, issuer }: PatientIdentifier): Identifier {
  return { issuer, identifier: value }
}

function isSame(a: Identifier, b: Identifier): boolean {
  return a.issuer === b.issuer && a.identifier === b.identifier
}
