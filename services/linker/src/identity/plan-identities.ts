import type { AdtPatient } from '@vna/fse'
import { codiceFiscaleIssuer, isNationalIssuer, isSamePerson } from '@vna/identifiers'
import type { Identifier, IdentityLink, IdentityMerge, ResolvedIdentifier } from '@vna/record'
import { linksOfPatient, mergesOfPatient } from './identities-of-patient.ts'

/** What becomes of one patient of a message about identities. */
export interface IdentityPlan {
  readonly links: readonly IdentityLink[]
  readonly merges: readonly IdentityMerge[]
  /** Only a person may decide about them. */
  readonly proposals: readonly IdentityMerge[]
}

export interface PlanContext {
  /** The message changes an identifier of a person (A47), and merges no two persons. */
  readonly isCorrection: boolean
  readonly source: string
  readonly resolve: (identifier: Identifier) => Pick<ResolvedIdentifier, 'national'>
}

/**
 * A sender says at once whom its own numbers stand for and which of them are one. It never moves what the whole country knows:
 * a national identifier that becomes another one, and numbers of two persons that become one, are proposals. One exception: a
 * corrected codice fiscale (A47) of the same name, birth date and sex, whose old value the sender's own number stands for.
 */
export function planIdentities(patient: AdtPatient, context: PlanContext): IdentityPlan {
  const { source, resolve } = context
  const links = linksOfPatient(patient, source)
  const isKnown = ({ survivor, merged }: IdentityMerge) => isSame(resolve(merged).national, survivor)
  const becoming = links.flatMap(({ issuer, identifier, national }): readonly IdentityMerge[] =>
    national != null && isNationalIssuer(issuer)
      ? [{ survivor: national, merged: { issuer, identifier }, source }]
      : [],
  )
  const merges = mergesOfPatient(patient, source)
  const isCorrected = (merge: IdentityMerge) => context.isCorrection && isCorrection(merge, patient, resolve)
  const isOwn = (merge: IdentityMerge) => !isNationalIssuer(merge.merged.issuer) && isOfOne(merge, resolve)
  return {
    links: links.filter(({ issuer }) => !isNationalIssuer(issuer)),
    merges: merges.filter((merge) => isOwn(merge) || isCorrected(merge)),
    proposals: [...becoming, ...merges.filter((merge) => !isOwn(merge) && !isCorrected(merge))].filter(
      (merge) => !isKnown(merge),
    ),
  }
}

/** Nothing says that they are two persons. */
function isOfOne({ survivor, merged }: IdentityMerge, resolve: PlanContext['resolve']): boolean {
  const [kept, gone] = [resolve(survivor).national, resolve(merged).national]
  return kept === undefined || gone === undefined || isSame(kept, gone)
}

function isCorrection(
  { survivor, merged }: IdentityMerge,
  { identifiers, birthDate }: AdtPatient,
  resolve: PlanContext['resolve'],
): boolean {
  if (survivor.issuer !== codiceFiscaleIssuer || merged.issuer !== codiceFiscaleIssuer) return false
  const isOurPatient = identifiers.some(({ value, issuer }) => {
    return !isNationalIssuer(issuer) && isSame(resolve({ issuer, identifier: value }).national, merged)
  })
  return isOurPatient && isSamePerson(survivor.identifier, merged.identifier, birthDate)
}

function isSame(a: Identifier | undefined, b: Identifier): boolean {
  return a !== undefined && a.issuer === b.issuer && a.identifier === b.identifier
}
