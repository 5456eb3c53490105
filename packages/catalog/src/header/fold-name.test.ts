import { describe, expect, it } from 'vitest'
import { foldGroup, foldPersonName, foldText } from './fold-name.ts'

describe('folding', () => {
  it.each([
    ['ROSSI', 'rossi'],
    ['Niccolò', 'niccolo'],
    ['Nicolo\u0300', 'nicolo'],
    ['STRAẞE', 'strasse'],
    ['Straße', 'strasse'],
    ['D’Angelo', "d'angelo"],
    ['Łukasz Ørsted', 'lukasz orsted'],
    ['ﬁn', 'fin'],
    ['山田', '山田'],
    ['İstanbul', 'istanbul'],
    ['*a?', '*a?'],
  ])('%s is %s', (text, folded) => {
    expect(foldText(text)).toBe(folded)
  })

  it('drops what is not significant in a person name', () => {
    expect(foldGroup('ROSSI ^  Mario  Luigi^^')).toBe('rossi^mario luigi')
    expect(foldPersonName('Rossi^Mario=山田^太郎=やまだ')).toEqual({
      alphabetic: 'rossi^mario',
      others: '山田^太郎=やまた',
    })
    expect(foldPersonName('=山田')).toEqual({ alphabetic: null, others: '山田' })
    expect(foldPersonName(null)).toEqual({ alphabetic: null, others: null })
    expect(foldPersonName('^^')).toEqual({ alphabetic: null, others: null })
  })
})
