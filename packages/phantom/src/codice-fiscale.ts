/** What the codice fiscale is computed from (D.M. 23 December 1976). */
export type CodiceFiscaleInput = {
  readonly familyName: string
  readonly givenName: string
  /** YYYYMMDD */
  readonly birthDate: string
  readonly sex: 'F' | 'M'
  /** Cadastral code of the municipality or state of birth, e.g. F205. */
  readonly birthPlaceCode: string
}

const MONTH_LETTERS = 'ABCDEHLMPRST'
/** The day of birth of a woman is counted from 40. */
const FEMALE_DAY_OFFSET = 40
/** Values of the characters at odd positions, in the order 0-9 A-Z. */
const ODD_VALUES = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22,
  25, 24, 23,
]
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

export function codiceFiscaleOf(input: CodiceFiscaleInput): string {
  const year = input.birthDate.slice(2, 4)
  const month = MONTH_LETTERS[Number(input.birthDate.slice(4, 6)) - 1]
  if (month === undefined) throw new RangeError('birthDate is not YYYYMMDD')
  const day = Number(input.birthDate.slice(6, 8)) + (input.sex === 'F' ? FEMALE_DAY_OFFSET : 0)
  const start =
    familyNameCode(input.familyName) +
    givenNameCode(input.givenName) +
    year +
    month +
    String(day).padStart(2, '0') +
    input.birthPlaceCode
  return start + checkCharacterOf(start)
}

/** Check character of the first 15 characters; also true of codes changed for homonyms (omocodia). */
export function checkCharacterOf(first15: string): string {
  if (!/^[0-9A-Z]{15}$/.test(first15)) throw new RangeError('15 characters 0-9 A-Z expected')
  let sum = 0
  for (let index = 0; index < first15.length; index++) {
    const value = ALPHABET.indexOf(first15.charAt(index))
    const isOddPosition = index % 2 === 0 // positions are counted from 1
    sum += isOddPosition ? (ODD_VALUES[value] ?? 0) : value < 10 ? value : value - 10
  }
  return String.fromCharCode(65 + (sum % 26))
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
