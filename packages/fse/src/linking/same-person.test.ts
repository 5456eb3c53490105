import { codiceFiscaleIssuer } from '@vna/identifiers'
import { describe, expect, it } from 'vitest'
import { type Person, samePerson } from './same-person.ts'

const rossi: Person = { identifiers: [], name: 'ROSSI^MARIO', birthDate: '19800101', sex: 'M' }
const of = (more: Partial<Person>): Person => ({ ...rossi, ...more })
const cf = (value: string) => [{ issuer: codiceFiscaleIssuer, value }]
const local = (value: string, issuer = '1.2.9') => [{ issuer, value }]
const bianchi = { name: 'BIANCHI^ANNA', birthDate: '19910505', sex: 'F' }

describe('samePerson', () => {
  it.each<[string, Person, Person, 'same' | 'different' | 'unknown']>([
    ['one codice fiscale', of({ identifiers: cf('X') }), of({ identifiers: cf('X') }), 'same'],
    ['two codici fiscali, equal names', of({ identifiers: cf('X') }), of({ identifiers: cf('Y') }), 'different'],
    [
      'one codice fiscale, a name mistyped',
      of({ identifiers: cf('X') }),
      of({ identifiers: cf('X'), name: 'ROSI^MARIO' }),
      'same',
    ],
    [
      'one codice fiscale under another’s name and birth date',
      of({ identifiers: cf('X') }),
      of({ identifiers: cf('X'), ...bianchi }),
      'different',
    ],
    [
      'one codice fiscale, nothing else known',
      of({ identifiers: cf('X') }),
      of({ identifiers: cf('X'), name: undefined, birthDate: undefined }),
      'same',
    ],
    ['one local number', of({ identifiers: local('1') }), of({ identifiers: local('1') }), 'same'],
    [
      'one local number, other birth date, equal name',
      of({ identifiers: local('1') }),
      of({ identifiers: local('1'), birthDate: '19800102' }),
      'same',
    ],
    [
      'one local number, other name, no birth date',
      of({ identifiers: local('1') }),
      of({ identifiers: local('1'), name: 'VERDI^LUCA', birthDate: undefined }),
      'unknown',
    ],
    ['two numbers in one domain', of({ identifiers: local('1') }), of({ identifiers: local('2') }), 'different'],
    [
      'numbers of two domains, name and birth date equal',
      of({ identifiers: local('1', 'A') }),
      of({ identifiers: local('1', 'B') }),
      'same',
    ],
    ['accents, case and spaces', of({ name: "D'Amò^Nicolò" }), of({ name: "D AMO'^NICOLO" }), 'same'],
    ['a second given name component', of({ name: 'ROSSI^MARIO^LUIGI' }), of({ name: 'ROSSI^MARIO' }), 'same'],
    ['other sex', of({}), of({ sex: 'F' }), 'unknown'],
    ['sex not told', of({}), of({ sex: 'O' }), 'same'],
    ['other birth date', of({}), of({ birthDate: '19800102' }), 'different'],
    ['other name', of({}), of({ name: 'VERDI^MARIO' }), 'different'],
    ['no birth date', of({}), of({ birthDate: undefined }), 'unknown'],
    ['no name', of({}), of({ name: '' }), 'unknown'],
    [
      'nothing at all',
      of({ name: undefined, birthDate: undefined }),
      of({ name: undefined, birthDate: undefined }),
      'unknown',
    ],
  ])('%s', (_, a, b, expected) => {
    expect(samePerson(a, b)).toBe(expected)
    expect(samePerson(b, a)).toBe(expected)
  })
})
