import type { PatientIdentifier } from '../model/identifiers.ts'

export type PatientAgreement = 'same' | 'different' | 'unknown'

/** What the cross-reference says of two identifiers of different domains; `unknown` where it has no entry. */
export type CrossReference = (a: PatientIdentifier, b: PatientIdentifier) => PatientAgreement

export const noCrossReference: CrossReference = () => 'unknown'

/**
 * Whether report and study speak of one person. Equal identifiers in one domain: the same; two in one domain and none
 * equal: different, and that outweighs anything the cross-reference says in favour (a wrong patient is worse than a
 * missing link). Name and birth date never decide: homonyms born on one day exist, and omocodia gives them codes that
 * differ in one letter only.
 */
export function patientAgreement(
  report: readonly PatientIdentifier[],
  study: readonly PatientIdentifier[],
  samePerson: CrossReference,
): PatientAgreement {
  let found: PatientAgreement = 'unknown'
  for (const domain of new Set(report.map(({ issuer }) => issuer))) {
    const verdict = agreementInDomain(valuesIn(report, domain), valuesIn(study, domain))
    if (verdict === 'different') return 'different'
    if (verdict === 'same') found = 'same'
  }
  return found === 'same' ? 'same' : crossReferenced(report, study, samePerson)
}

function agreementInDomain(report: ReadonlySet<string>, study: ReadonlySet<string>): PatientAgreement {
  if (study.size === 0) return 'unknown'
  return [...report].some((value) => study.has(value)) ? 'same' : 'different'
}

function crossReferenced(
  report: readonly PatientIdentifier[],
  study: readonly PatientIdentifier[],
  samePerson: CrossReference,
): PatientAgreement {
  const verdicts = new Set(report.flatMap((a) => study.map((b) => samePerson(a, b))))
  if (verdicts.has('different')) return 'different'
  return verdicts.has('same') ? 'same' : 'unknown'
}

function valuesIn(identifiers: readonly PatientIdentifier[], domain: string): ReadonlySet<string> {
  return new Set(identifiers.filter(({ issuer }) => issuer === domain).map(({ value }) => value))
}
