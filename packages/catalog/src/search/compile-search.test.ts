import type { Match, Query, QueryKey } from '@vna/dicom'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attributesByLevel, requestAttributesTag, requestAttributeTags } from './attributes.ts'
import { compileSearch, unsupportedKeys } from './compile-search.ts'
import type { Predicate } from './predicate.ts'

/** Text no statement of ours contains, hostile on purpose. */
const poison = `x'"; drop table studies; -- $1 \\ %_*?`
const anyText = fc.oneof(fc.constant(poison), fc.string({ unit: 'binary' }))

const match: fc.Arbitrary<Match> = fc.oneof(
  fc.constant<Match>({ kind: 'universal' }),
  anyText.map((value): Match => ({ kind: 'single', value: `${poison}${value}` })),
  anyText.map((pattern): Match => ({ kind: 'wildcard', pattern: `${poison}${pattern}*` })),
  anyText.map((from): Match => ({ kind: 'range', from: `${poison}${from}`, to: poison })),
  anyText.map((uid): Match => ({ kind: 'uid-list', uids: [`${poison}${uid}`, '1.2'] })),
)
const attributes = Object.values(attributesByLevel).flat()
const key: fc.Arbitrary<QueryKey> = fc.oneof(
  fc.record({ attribute: fc.constantFrom(...attributes), match }).map(({ attribute, ...rest }) => ({
    tag: attribute.tag,
    keyword: attribute.keyword,
    vr: attribute.vr,
    ...rest,
  })),
  fc.record({ tag: fc.constantFrom(...requestAttributeTags), match }).map((rest) => ({
    keyword: poison,
    vr: 'SH',
    path: [requestAttributesTag],
    ...rest,
  })),
  fc.record({ tag: fc.nat(0xffffffff), match }).map((rest) => ({ keyword: poison, vr: poison, ...rest })),
)
const predicate: fc.Arbitrary<Predicate> = fc.constantFrom<Predicate>(
  { kind: 'all' },
  { kind: 'entity', entityCode: poison },
  { kind: 'patient', identifier: poison, issuer: poison },
  { kind: 'none' },
)
const query: fc.Arbitrary<Query> = fc.record({
  level: fc.constantFrom('patient', 'study', 'series', 'instance'),
  keys: fc.array(key, { maxLength: 6 }),
  includeFields: fc.oneof(fc.constant<'all'>('all'), fc.array(fc.nat(0xffffffff))),
  limit: fc.nat(),
  offset: fc.nat(),
  fuzzy: fc.boolean(),
})

describe('a compiled search', () => {
  it('holds nothing of what a caller sent, only as many place-holders as values', () => {
    fc.assert(
      fc.property(query, predicate, (anyQuery, anyPredicate) => {
        const { text, params } = compileSearch(anyQuery, anyPredicate)
        expect(text).not.toContain('drop table')
        const used = new Set([...text.matchAll(/\$(\d+)/g)].map((found) => Number(found[1])))
        expect(used).toEqual(new Set(params.map((_, index) => index + 1)))
      }),
    )
  })

  it('is one text for all values of the same keys, so that it is prepared once', () => {
    const of = (value: string): Query => ({
      level: 'study',
      keys: [{ tag: 0x00100020, keyword: 'PatientID', vr: 'LO', match: { kind: 'single', value } }],
      includeFields: [],
      limit: 10,
      offset: 0,
      fuzzy: false,
    })
    expect(compileSearch(of('a'), { kind: 'all' }).text).toBe(compileSearch(of('b'), { kind: 'all' }).text)
  })

  it('gives the index a range for the beginning of a name', () => {
    const compiled = compileSearch(
      {
        level: 'study',
        keys: [{ tag: 0x00100010, keyword: 'PatientName', vr: 'PN', match: { kind: 'wildcard', pattern: 'RÓSSI*' } }],
        includeFields: [],
        offset: 0,
        fuzzy: false,
      },
      { kind: 'all' },
    )
    expect(compiled.params).toEqual(expect.arrayContaining(['rossi%', 'rossi', 'rossj']))
  })
})

describe('keys that cannot be matched', () => {
  it('are those without a column, of a level below, or in another sequence', () => {
    const single: Match = { kind: 'single', value: 'x' }
    const keys: QueryKey[] = [
      { tag: 0x00100020, keyword: 'PatientID', vr: 'LO', match: single },
      { tag: 0x00080060, keyword: 'Modality', vr: 'CS', match: single },
      { tag: 0x00104000, keyword: 'PatientComments', vr: 'LT', match: single },
      { tag: 0x00104000, keyword: 'PatientComments', vr: 'LT', match: { kind: 'universal' } },
      { tag: 0x00201208, keyword: 'NumberOfStudyRelatedInstances', vr: 'IS', match: single },
      { tag: 0x00400009, keyword: 'ScheduledProcedureStepID', vr: 'SH', match: single, path: [requestAttributesTag] },
      { tag: 0x00080100, keyword: 'CodeValue', vr: 'SH', match: single, path: [0x00081032] },
    ]
    const namesAt = (level: Query['level']) =>
      unsupportedKeys({ level, keys, includeFields: [], offset: 0, fuzzy: false }).map(({ keyword }) => keyword)
    const never = ['PatientComments', 'NumberOfStudyRelatedInstances', 'CodeValue']
    expect(namesAt('series')).toEqual(never)
    expect(namesAt('study')).toEqual([
      'Modality',
      'PatientComments',
      'NumberOfStudyRelatedInstances',
      'ScheduledProcedureStepID',
      'CodeValue',
    ])
  })
})
