import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HolderFacts, judgeHolders, type SamePerson, type StudyProofs } from './judge-holders.ts'

const noProof: StudyProofs = { roots: [], published: undefined }
const byName: SamePerson = (a, b) => {
  if (a.name === undefined || b.name === undefined) return 'unknown'
  return a.name === b.name ? 'same' : 'different'
}

function holder(
  entityId: number,
  receivedAtMs: number,
  more: Partial<HolderFacts> & { name?: string } = {},
): HolderFacts {
  const { name = 'ROSSI', ...rest } = more
  return {
    entityId,
    first: { entityId, receivedAtMs, segmentId: 's', offset: 0, flags: 0 },
    person: { identifiers: [{ value: name, issuer: 'N' }], name, birthDate: undefined, sex: undefined },
    orderedAtMs: undefined,
    ...rest,
  }
}

const publishedAs = (value: string, atMs: number): StudyProofs['published'] => ({
  atMs,
  patient: { value, issuer: 'N' },
})

describe('whose study it is', () => {
  it.each<[string, HolderFacts[], StudyProofs, number, string]>([
    ['the first one’s, without proof', [holder(1, 5), holder(2, 3)], noProof, 2, 'none'],
    ['whose order came before any instance', [holder(1, 3), holder(2, 5, { orderedAtMs: 1 })], noProof, 2, 'order'],
    [
      'not whose order came after the first instance',
      [holder(1, 3), holder(2, 5, { orderedAtMs: 4 })],
      noProof,
      1,
      'none',
    ],
    [
      'whose order came first, of two',
      [holder(1, 3, { orderedAtMs: 2 }), holder(2, 5, { orderedAtMs: 1 })],
      noProof,
      2,
      'order',
    ],
    [
      'whose UID root it begins with, whatever another ordered',
      [holder(1, 3, { orderedAtMs: 1 }), holder(2, 5)],
      { roots: [{ entityId: 2, root: '1.2' }], published: publishedAs('ROSSI', 4) },
      2,
      'uid-root',
    ],
    [
      'the longest root’s',
      [holder(1, 3), holder(2, 5)],
      {
        roots: [
          { entityId: 1, root: '1.2' },
          { entityId: 2, root: '1.2.3' },
        ],
        published: undefined,
      },
      2,
      'uid-root',
    ],
    [
      'of importers alone the one that came first: an order to import proves nothing',
      [holder(1, 3), holder(2, 5, { orderedAtMs: 1 })],
      { roots: [{ entityId: 9, root: '1.2' }], published: undefined },
      1,
      'none',
    ],
    [
      'as it was published first, whoever turns out to have come before',
      [holder(1, 1, { name: 'BIANCHI' }), holder(2, 3)],
      { roots: [], published: publishedAs('ROSSI', 4) },
      2,
      'published',
    ],
    [
      'not a newcomer’s that has the patient of the first manifest',
      [holder(1, 1), holder(2, 9)],
      { roots: [], published: publishedAs('ROSSI', 4) },
      1,
      'published',
    ],
    [
      'of those before the first manifest the first, where its patient is nobody’s any more',
      [holder(1, 1), holder(2, 2)],
      { roots: [], published: publishedAs('FORMER', 4) },
      1,
      'published',
    ],
  ])('%s', (_, holders, proofs, originatorId, proof) => {
    expect(judgeHolders(holders, proofs, byName)).toMatchObject({ originatorId, proof })
  })

  it('says of each other holder whether its person is the originator’s', () => {
    const unknown = holder(4, 4)
    const holders = [holder(1, 1), holder(2, 2), holder(3, 3, { name: 'BIANCHI' })]
    const nameless = { ...unknown, person: { ...unknown.person, name: undefined } }
    expect([...judgeHolders([...holders, nameless], noProof, byName).agreements]).toEqual([
      [1, 'originator'],
      [2, 'same'],
      [3, 'different'],
      [4, 'unknown'],
    ])
  })

  it('does not depend on the order in which holders are given, nor on a newcomer without proof', () => {
    const some = fc.uniqueArray(
      fc.record({ entityId: fc.integer({ min: 1, max: 5 }), at: fc.nat(9), ordered: fc.option(fc.nat(9)) }),
      { minLength: 1, selector: ({ entityId }) => entityId },
    )
    fc.assert(
      fc.property(some, (list) => {
        const holders = list.map(({ entityId, at, ordered }) =>
          holder(entityId, at * 10 + entityId, { orderedAtMs: ordered === null ? undefined : ordered * 10 }),
        )
        const judged = judgeHolders(holders, noProof, byName)
        expect(judgeHolders([...holders].reverse(), noProof, byName)).toEqual(judged)
        const newcomer = holder(9, 1_000, { orderedAtMs: 999, name: 'BIANCHI' })
        expect(judgeHolders([...holders, newcomer], noProof, byName).originatorId).toBe(judged.originatorId)
      }),
    )
  })

  it('of nobody is a mistake of the caller', () => {
    expect(() => judgeHolders([], noProof, byName)).toThrow('has a holder')
  })
})
