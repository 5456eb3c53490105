import { describe, expect, it } from 'vitest'
import { checkCharacterOf, isCodiceFiscale } from './codice-fiscale.ts'

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
