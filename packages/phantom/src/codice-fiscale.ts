import { checkCharacterOf } from '@vna/identifiers'

/** What the codice fiscale is computed from (D.M. 23 December 1976). */
export interface CodiceFiscaleInput {
  readonly familyName: string
  readonly givenName: string
  /** YYYYMMDD */
  readonly birthDate: string
  readonly sex: 'F' | 'M'
  /** Cadastral code of the municipality or state of birth, e.g. F205. */
  readonly birthPlaceCode: string
}

const monthLetters = 'ABCDEHLMPRST'
/** The day of birth of a woman is counted from 40. */
const femaleDayOffset = 40
export function codiceFiscaleOf(input: CodiceFiscaleInput): string {
  const year = input.birthDate.slice(2, 4)
  const month = monthLetters[Number(input.birthDate.slice(4, 6)) - 1]
  if (month === undefined) throw new RangeError('birthDate is not YYYYMMDD')
  const day = Number(input.birthDate.slice(6, 8)) + (input.sex === 'F' ? femaleDayOffset : 0)
  const start =
    familyNameCode(input.familyName) +
    givenNameCode(input.givenName) +
    year +
    month +
    String(day).padStart(2, '0') +
    input.birthPlaceCode
  return start + checkCharacterOf(start)
}

function familyNameCode(name: string): string {
  const { consonants, vowels } = lettersOf(name)
  return `${consonants}${vowels}XXX`.slice(0, 3)
}

function givenNameCode(name: string): string {
  const { consonants, vowels } = lettersOf(name)
  if (consonants.length > 3) return `${consonants[0]}${consonants[2]}${consonants[3]}`
  return `${consonants}${vowels}XXX`.slice(0, 3)
}

function lettersOf(name: string): { consonants: string; vowels: string } {
  const letters = name
    .normalize('NFD')
    .toUpperCase()
    .replace(/[^A-Z]/g, '')
  return { consonants: letters.replace(/[AEIOU]/g, ''), vowels: letters.replace(/[^AEIOU]/g, '') }
}
