import { codiceFiscaleIssuer } from '@vna/identifiers'
import { describe, expect, it } from 'vitest'
import { type IdentityRow, placeIdentities } from './place-identities.ts'

interface Told {
  readonly national?: string
  readonly into?: string
}

/** `CF…` are national, everything else local; pointers by name. */
function placed(told: Readonly<Record<string, Told>>): Readonly<Record<string, string>> {
  const names = Object.keys(told)
  const rowIds = new Map(names.map((name, index) => [name, index + 1]))
  const idOf = (name: string | undefined) => (name === undefined ? null : (rowIds.get(name) ?? 99))
  const rows = names.map((name): [number, IdentityRow] => {
    const issuer = name.startsWith('CF') ? codiceFiscaleIssuer : 'entity:A'
    const id = names.indexOf(name) + 1
    return [
      id,
      { id, issuer, identifier: name, nationalId: idOf(told[name]?.national), mergedInto: idOf(told[name]?.into) },
    ]
  })
  return Object.fromEntries(
    [...placeIdentities(new Map(rows)).values()].map(({ survivor, root, resolved }, index) => [
      names[index] ?? '',
      `${survivor.identifier} ${root.identifier} ${resolved?.identifier ?? '-'}`,
    ]),
  )
}

describe('whom identifiers stand for', () => {
  it.each<[string, Record<string, Told>, Record<string, string>]>([
    ['one alone', { L1: {} }, { L1: 'L1 L1 -' }],
    ['a local one and its person', { L1: { national: 'CF1' }, CF1: {} }, { L1: 'L1 CF1 CF1', CF1: 'CF1 CF1 CF1' }],
    ['a merged one', { L1: { into: 'L2' }, L2: {} }, { L1: 'L2 L2 -', L2: 'L2 L2 -' }],
    [
      'a chain of merges',
      { L1: { into: 'L2' }, L2: { into: 'L3' }, L3: { national: 'CF1' }, CF1: {} },
      { L1: 'L3 CF1 CF1', L2: 'L3 CF1 CF1', L3: 'L3 CF1 CF1', CF1: 'CF1 CF1 CF1' },
    ],
    [
      'a merge goes before its own person',
      { L1: { into: 'L2', national: 'CF1' }, L2: { national: 'CF2' }, CF1: {}, CF2: {} },
      { L1: 'L2 CF2 CF2', L2: 'L2 CF2 CF2', CF1: 'CF1 CF1 CF1', CF2: 'CF2 CF2 CF2' },
    ],
    [
      'a survivor takes the person of the merged',
      { L1: { into: 'L2', national: 'CF1' }, L2: {}, CF1: {} },
      { L1: 'L2 CF1 CF1', L2: 'L2 CF1 CF1', CF1: 'CF1 CF1 CF1' },
    ],
    [
      'but not of two that differ',
      { L1: { into: 'L3', national: 'CF1' }, L2: { into: 'L3', national: 'CF2' }, L3: {}, CF1: {}, CF2: {} },
      { L1: 'L3 L3 -', L2: 'L3 L3 -', L3: 'L3 L3 -', CF1: 'CF1 CF1 CF1', CF2: 'CF2 CF2 CF2' },
    ],
    [
      'a survivor takes it also where another merged one has none',
      { L1: { into: 'L3', national: 'CF1' }, L2: { into: 'L3' }, L3: {}, CF1: {} },
      { L1: 'L3 CF1 CF1', L2: 'L3 CF1 CF1', L3: 'L3 CF1 CF1', CF1: 'CF1 CF1 CF1' },
    ],
    [
      'a survivor keeps its own person',
      { L1: { into: 'L2', national: 'CF1' }, L2: { national: 'CF2' }, CF1: {}, CF2: {} },
      { L1: 'L2 CF2 CF2', L2: 'L2 CF2 CF2', CF1: 'CF1 CF1 CF1', CF2: 'CF2 CF2 CF2' },
    ],
    [
      'a national survivor takes nobody from the merged',
      { L1: { into: 'CF2', national: 'CF1' }, CF1: {}, CF2: {} },
      { L1: 'CF2 CF2 CF2', CF1: 'CF1 CF1 CF1', CF2: 'CF2 CF2 CF2' },
    ],
    ['a national one that names itself', { CF1: { national: 'CF1' } }, { CF1: 'CF1 CF1 CF1' }],
    ['a person that is not known', { L1: { national: 'CF9' } }, { L1: 'L1 L1 -' }],
    [
      'a person merged into another',
      { L1: { national: 'CF1' }, CF1: { into: 'CF2' }, CF2: {} },
      { L1: 'L1 CF2 CF2', CF1: 'CF2 CF2 CF2', CF2: 'CF2 CF2 CF2' },
    ],
  ])('%s', (_name, told, expected) => {
    expect(placed(told)).toEqual(expected)
  })

  it.each([
    ['of merges', { L1: { into: 'L2' }, L2: { into: 'L1' } }],
    ['through a person', { L1: { national: 'CF1' }, CF1: { into: 'L1' } }],
    ['of one', { L1: { into: 'L1' } }],
    ['behind another', { L1: { into: 'L2' }, L2: { into: 'L3' }, L3: { into: 'L2' } }],
  ])('in a circle %s is refused', (_name, told: Record<string, Told>) => {
    expect(() => placed(told)).toThrow(
      expect.objectContaining({ code: 'conflict', message: expect.stringContaining('in a circle') }),
    )
  })
})
