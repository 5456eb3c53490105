import { isNationalIssuer } from '@vna/identifiers'
import type { PatientIdentifier } from '../model/identifiers.ts'
import { noCrossReference, type PatientAgreement, patientAgreement } from './patient-agreement.ts'

/** What a header says of its patient, with the identifiers that those of the header are known to stand for. */
export interface Person {
  readonly identifiers: readonly PatientIdentifier[]
  /** PN as received. */
  readonly name: string | undefined
  /** YYYYMMDD */
  readonly birthDate: string | undefined
  readonly sex: string | undefined
}

/**
 * Whether two headers of one study speak of one person. Identifiers decide where they share a domain, unless name and birth
 * date speak against it; without a common domain name and birth date do, both of them. A homonym born on the same day under
 * the same Study Instance UID is no chance that counts, but what is only half known stays `unknown`, which is not the same.
 */
export function samePerson(a: Person, b: Person): PatientAgreement {
  const byIdentifiers = patientAgreement(a.identifiers, b.identifiers, noCrossReference)
  if (byIdentifiers === 'different') return 'different'
  const names = compare(nameKeyOf(a.name), nameKeyOf(b.name))
  const births = compare(a.birthDate, b.birthDate)
  const sexes = compare(sexOf(a.sex), sexOf(b.sex))
  if (byIdentifiers === 'same') return confirmed(sharesNational(a, b), names, births)
  if (names === 'different' || births === 'different') return 'different'
  return names === 'same' && births === 'same' && sexes !== 'different' ? 'same' : 'unknown'
}

/** A typing error in one of them is no other person; a national number is not given twice, a local one may be. */
function confirmed(isNational: boolean, names: PatientAgreement, births: PatientAgreement): PatientAgreement {
  if (names === 'different' && births === 'different') return 'different'
  if (isNational || (names !== 'different' && births !== 'different')) return 'same'
  return names === 'same' || births === 'same' ? 'same' : 'unknown'
}

function sharesNational(a: Person, b: Person): boolean {
  return a.identifiers.some(
    (one) =>
      isNationalIssuer(one.issuer) &&
      b.identifiers.some(({ issuer, value }) => issuer === one.issuer && value === one.value),
  )
}

function compare(a: string | undefined, b: string | undefined): PatientAgreement {
  if (a === undefined || b === undefined || a === '' || b === '') return 'unknown'
  return a === b ? 'same' : 'different'
}

/** Family and given name of the alphabetic group, without case, accents and what is no letter. */
function nameKeyOf(name: string | undefined): string | undefined {
  const [family = '', given = ''] = (name?.split('=')[0] ?? '').split('^').map(lettersOf)
  return family === '' ? undefined : `${family}^${given}`
}

function lettersOf(text: string): string {
  return text
    .normalize('NFD')
    .toUpperCase()
    .replace(/[^\p{L}]/gu, '')
}

function sexOf(sex: string | undefined): string | undefined {
  return sex === 'M' || sex === 'F' ? sex : undefined
}
