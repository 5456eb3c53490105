/** Sixteen characters; where digits stand, the letters of omocodia (LMNPQRSTUV for 0-9) may stand as well. */
const shape = /^[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$/

/** Value of a character at an odd place (1st, 3rd, …), by DM 23-12-1976; 0-9 count like A-J. */
const oddValues = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]

/** True for a codice fiscale in capitals whose check character is right, omocodia included. */
export function isCodiceFiscale(text: string): boolean {
  if (!shape.test(text)) return false
  const sum = Array.from(text.slice(0, 15), (character, place) => {
    const code = character.charCodeAt(0)
    const value = code >= 65 ? code - 65 : code - 48
    return place % 2 === 0 ? (oddValues[value] ?? 0) : value
  }).reduce((total, value) => total + value, 0)
  return text.charCodeAt(15) - 65 === sum % 26
}
