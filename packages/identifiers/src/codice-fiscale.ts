/** Sixteen characters; where digits stand, the letters of omocodia (LMNPQRSTUV for 0-9) may stand as well. */
const shape = /^[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$/

/** Value of a character at an odd place (1st, 3rd, …), by DM 23-12-1976; 0-9 count like A-J. */
const oddValues = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]

/** True for a codice fiscale in capitals whose check character is right, omocodia included. */
export function isCodiceFiscale(text: string): boolean {
  return shape.test(text) && text.endsWith(checkCharacterOf(text.slice(0, 15)))
}

const digitOfOmocodia = 'LMNPQRSTUV'
const months = 'ABCDEHLMPRST'
/** Of the letters of surname and name, the birth date and the sex. */
const personChars = 11

/**
 * Whether two codici fiscali say the same name, birth date and sex, and so differ at most by place of birth, omocodia or check
 * character; and whether that birth date is the given one (YYYYMMDD).
 */
export function isSamePerson(a: string, b: string, birthDate: string | undefined): boolean {
  const [first, second] = [personOf(a), personOf(b)]
  return first !== undefined && first === second && birthDate !== undefined && dayOf(first) === birthDate.slice(2)
}

function personOf(code: string): string | undefined {
  if (!isCodiceFiscale(code)) return undefined
  const digits = (text: string) => text.replace(/[LMNPQRSTUV]/g, (letter) => String(digitOfOmocodia.indexOf(letter)))
  return code.slice(0, 6) + digits(code.slice(6, 8)) + code.slice(8, 9) + digits(code.slice(9, personChars))
}

/** YYMMDD; 40 is added to the day of a woman. */
function dayOf(person: string): string {
  const month = String(months.indexOf(person.slice(8, 9)) + 1).padStart(2, '0')
  const day = String(Number(person.slice(9)) % 40).padStart(2, '0')
  return person.slice(6, 8) + month + day
}

/** Check character of the first 15 characters; also true of codes changed for homonyms (omocodia). */
export function checkCharacterOf(first15: string): string {
  if (!/^[0-9A-Z]{15}$/.test(first15)) throw new RangeError('15 characters 0-9 A-Z expected')
  let sum = 0
  for (let place = 0; place < first15.length; place++) {
    const value = characterValueOf(first15.charCodeAt(place))
    // Places are counted from 1: the first is odd.
    sum += place % 2 === 0 ? (oddValues[value] ?? 0) : value
  }
  return String.fromCharCode(65 + (sum % 26))
}

function characterValueOf(charCode: number): number {
  return charCode >= 65 ? charCode - 65 : charCode - 48
}
