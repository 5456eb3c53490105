import { databaseLimits } from '@vna/database'
import { codiceFiscaleIssuer } from '@vna/identifiers'
import { describe, expect, it } from 'vitest'
import { cleanIdentifier, cleanLink, type IdentityLink, keyOf } from './identity.ts'

const codiceFiscale = 'RSSMRA80A01F205X'
const stp = '2.16.840.1.113883.2.9.4.3.17'
const invalid = (message: string) => expect.objectContaining({ code: 'invalid-input', message })

describe('an identifier as it is kept', () => {
  it.each<[string, string, string, string, string]>([
    ['a local one', 'entity:A', ' p 1 ', 'entity:A', 'p 1'],
    ['an issuer with blanks', ' entity:A ', 'P1', 'entity:A', 'P1'],
    ['a codice fiscale under a local issuer', 'entity:A', codiceFiscale, codiceFiscaleIssuer, codiceFiscale],
    ['a codice fiscale in small letters and groups', '', ' rss mra 80a01 f205x ', codiceFiscaleIssuer, codiceFiscale],
    [
      'a codice fiscale that is wrong, under a local issuer',
      'entity:A',
      'rssmra80a01f205y',
      'entity:A',
      'rssmra80a01f205y',
    ],
    [
      'a codice fiscale that is wrong, under its own',
      codiceFiscaleIssuer,
      'rssmra80a01f205y',
      codiceFiscaleIssuer,
      'RSSMRA80A01F205Y',
    ],
    ['an STP in small letters and groups', stp, 'stp 030 0001', stp, 'STP0300001'],
  ])('%s', (_, issuer, identifier, keptIssuer, kept) => {
    expect(cleanIdentifier({ issuer, identifier })).toEqual({ issuer: keptIssuer, identifier: kept })
  })

  it('is no longer than an index row can hold', () => {
    const long = 'x'.repeat(databaseLimits.maxIdentifierChars + 1)
    const kept = cleanIdentifier({ issuer: long, identifier: long })
    expect(kept.issuer).toHaveLength(databaseLimits.maxIdentifierChars)
    expect(kept.identifier).toHaveLength(databaseLimits.maxIdentifierChars)
  })

  it('is refused when it is empty, or names no issuer and is no codice fiscale', () => {
    expect(() => cleanIdentifier({ issuer: 'entity:A', identifier: ' ' })).toThrow(invalid('an identifier is empty'))
    expect(() => cleanIdentifier({ issuer: ' ', identifier: 'P1' })).toThrow(invalid('an identifier has no issuer'))
  })

  it('has one key for an issuer and an identifier, and another one when they are divided otherwise', () => {
    expect(keyOf({ issuer: 'a', identifier: 'b' })).toBe(keyOf({ issuer: 'a', identifier: 'b' }))
    expect(keyOf({ issuer: 'ab', identifier: 'c' })).not.toBe(keyOf({ issuer: 'a', identifier: 'bc' }))
  })
})

describe('what is told of a person, as it is kept', () => {
  const link = (changes: Partial<IdentityLink> = {}): IdentityLink => ({
    ...{ issuer: 'entity:A', identifier: 'P1', source: 'csv:olga' },
    ...changes,
  })

  it('is cleaned field by field', () => {
    const told = link({ name: ' ROSSI^MARIO ', birthDate: '1980.01.01', sex: ' M ' })
    expect(cleanLink({ ...told, national: { issuer: '', identifier: codiceFiscale.toLowerCase() } })).toEqual({
      ...{ issuer: 'entity:A', identifier: 'P1', source: 'csv:olga', name: 'ROSSI^MARIO', birthDate: '19800101' },
      ...{ sex: 'M', national: { issuer: codiceFiscaleIssuer, identifier: codiceFiscale } },
    })
  })

  it('leaves absent what was absent or empty', () => {
    const absent = { name: undefined, birthDate: undefined, sex: undefined, national: undefined }
    expect(cleanLink(link())).toEqual({ ...link(), ...absent })
    expect(cleanLink(link({ name: ' ', birthDate: '', sex: '', source: ' ' }))).toEqual({
      ...link({ source: 'unknown' }),
      ...absent,
    })
  })

  it('cuts a sex that is a text', () => {
    expect(cleanLink(link({ sex: 'x'.repeat(17) })).sex).toBe('x'.repeat(16))
  })

  it('takes the national identifier away where it says null', () => {
    expect(cleanLink(link({ national: null })).national).toBeNull()
  })

  it('refuses a local identifier as a national one', () => {
    const national = { issuer: 'entity:A', identifier: 'P2' }
    expect(() => cleanLink(link({ national }))).toThrow(invalid('the national identifier is none'))
    expect(() => cleanLink(link({ national: { issuer: stp, identifier: 'STP1' } }))).not.toThrow()
  })
})
