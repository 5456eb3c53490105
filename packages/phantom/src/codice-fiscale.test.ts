import { describe, expect, it } from 'vitest'
import { codiceFiscaleOf } from './codice-fiscale.ts'

describe('codiceFiscaleOf', () => {
  it.each([
    // Specimens printed in public explanations of the code.
    ['Rossi', 'Mario', '19851210', 'M', 'A562', 'RSSMRA85T10A562S'],
    ['Rossi', 'Mario', '19800101', 'M', 'H501', 'RSSMRA80A01H501U'],
    ['Moretti', 'Matteo', '19910408', 'M', 'F205', 'MRTMTT91D08F205J'],
    ['Miller', 'Samantha', '19820925', 'F', 'Z404', 'MLLSNT82P65Z404U'],
  ] as const)('%s %s %s', (familyName, givenName, birthDate, sex, birthPlaceCode, expected) => {
    expect(codiceFiscaleOf({ familyName, givenName, birthDate, sex, birthPlaceCode })).toBe(expected)
  })

  it.each([
    ['Fo', 'Dario', 'FOX', 'DRA'],
    ['D’Angelo', 'Niccolò', 'DNG', 'NCL'],
    ['De Luca', 'Gianfranco', 'DLC', 'GFR'],
    ['Aiello', 'Ia', 'LLA', 'IAX'],
  ])('takes letters as the rules say: %s %s', (familyName, givenName, first, second) => {
    const made = codiceFiscaleOf({ familyName, givenName, birthDate: '19700509', sex: 'F', birthPlaceCode: 'F205' })
    expect(made.slice(0, 6)).toBe(first + second)
    expect(made.slice(6, 11)).toBe('70E49')
  })
})
