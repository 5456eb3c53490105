import { describe, expect, it } from 'vitest'
import { checkCharacterOf, isCodiceFiscale, isSamePerson } from './codice-fiscale.ts'

describe('the codice fiscale', () => {
  it.each(['RSSMRA80A01F205X', 'RSSMRA85T10A562S', 'MRTMTT91D08F205J', 'RSSMRA80A01F20RS'])('%s is right', (code) => {
    expect(isCodiceFiscale(code)).toBe(true)
  })

  it.each([
    ['a wrong check character', 'RSSMRA80A01F205Y'],
    ['small letters', 'rssmra80a01f205x'],
    ['a month that is none', 'RSSMRA80F01F205X'],
    ['fifteen characters', 'RSSMRA80A01F205'],
    ['a local number', '1234567890123456'],
    ['nothing', ''],
    ['a line after it', 'RSSMRA80A01F205X\n'],
  ])('%s is wrong', (_, code) => {
    expect(isCodiceFiscale(code)).toBe(false)
  })

  it('wants 15 characters of the alphabet', () => {
    expect(checkCharacterOf('RSSMRA85T10A562')).toBe('S')
    expect(() => checkCharacterOf('RSSMRA85T10A56')).toThrow('15 characters')
    expect(() => checkCharacterOf('rssmra85t10a562')).toThrow('15 characters')
  })
})

describe('two codici fiscali', () => {
  const withCheck = (first15: string) => first15 + checkCharacterOf(first15)
  const [anna, elsewhere, namesake] = ['BNCNNA75B41F205', 'BNCNNA75B41H501', 'BNCNNA75B41F20R'].map(withCheck)
  const daughter = withCheck('BNCNNA99B41F205')

  it.each([
    ['of another place', anna, elsewhere, '19750201', true],
    ['changed for a namesake', anna, namesake, '19750201', true],
    ['of another birth date', anna, daughter, '19750201', false],
    ['beside another birth date', anna, elsewhere, '19750202', false],
    ['beside none', anna, elsewhere, undefined, false],
    ['that are none', 'BNCNNA75B41F205', 'BNCNNA75B41F205', '19750201', false],
  ])('%s', (_, a = '', b = '', birthDate, isSame) => {
    expect(isSamePerson(a, b, birthDate)).toBe(isSame)
  })
})
