import { describe, expect, it } from 'vitest'
import { cursorText, isLenientlyAsked, parseFhirSearch } from './parse-search.ts'
import { momentSpanOf } from './search-moments.ts'
import { daySpanOf, tokensOf } from './search-tokens.ts'

const parsed = (query: string, type: 'DocumentReference' | 'ImagingStudy' = 'ImagingStudy', isLenient = false) =>
  parseFhirSearch(type, new URLSearchParams(query), { zone: '+0100', isLenient })
const searchOf = (query: string, type: 'DocumentReference' | 'ImagingStudy' = 'ImagingStudy') =>
  parsed(query, type).search

describe('a FHIR search', () => {
  it.each([
    ['2026', { from: '20260101', until: '20261231' }],
    ['eq2026-02', { from: '20260201', until: '20260228' }],
    ['ge2026-02-03', { from: '20260203' }],
    ['gt2026-02', { from: '20260301' }],
    ['lt2026-01-01', { until: '20251231' }],
    ['le2026-12', { until: '20261231' }],
    ['gt2026-02-03T10:00:00Z', { from: '20260203' }],
  ])('takes the date %s as days', (text, span) => {
    expect(daySpanOf('date', text)).toEqual(span)
  })

  it.each(['2026-13', '2026-02-30', 'ap2026', 'yesterday', ''])('refuses the date %j', (text) => {
    expect(() => daySpanOf('date', text)).toThrow('date')
  })

  it('reads tokens with and without a system', () => {
    expect(searchOf('patient=rssmra80a01f205x&accession=urn:oid:1.2|A1,A2&modality=CT,MR')).toEqual({
      patients: [{ issuer: undefined, identifier: 'RSSMRA80A01F205X' }],
      accessions: ['1.2|A1', 'A2'],
      modalities: ['CT', 'MR'],
    })
    expect(searchOf('identifier=urn:ietf:rfc:3986|urn:oid:2.25.7&status=current', 'DocumentReference')).toEqual({
      manifestUids: ['2.25.7'],
      states: ['REGISTERED'],
    })
  })

  it.each(['colour=red', 'modality=CT&modality=MR', 'study-instance-uid=x', '_count=many', '_after=here', 'patient='])(
    'refuses %s',
    (query) => {
      expect(() => searchOf(query)).toThrow(/./)
    },
  )

  it('finds its place again', () => {
    const id = '00000000-0000-8000-8000-000000000000'
    for (const key of ['20260101', '20260101101112123', '']) {
      expect(parsed(`_after=${cursorText({ key, id })}`).after).toEqual({ key, id })
    }
  })

  it.each([
    ['2026', { from: '2025-12-31T23:00:00.000Z', before: '2026-12-31T23:00:00.000Z' }],
    ['ge2026-02', { from: '2026-01-31T23:00:00.000Z' }],
    ['gt2026-02', { from: '2026-02-28T23:00:00.000Z' }],
    ['le2026-02-03', { before: '2026-02-03T23:00:00.000Z' }],
    ['lt2026-02-03T10:00:00Z', { before: '2026-02-03T10:00:00.000Z' }],
    ['sa2026-02-03T10:00:00.5+02:00', { from: '2026-02-03T08:00:00.501Z' }],
    ['eq2026-02-03T10:00 02:00', { from: '2026-02-03T08:00:00.000Z', before: '2026-02-03T08:01:00.000Z' }],
    ['2026-02-03T10:00:07', { from: '2026-02-03T09:00:07.000Z', before: '2026-02-03T09:00:08.000Z' }],
  ])('takes the moment %s as precise as it is', (text, span) => {
    expect(momentSpanOf('_lastUpdated', text, '+0100')).toEqual(span)
  })

  it.each(['2026-02-30', '2026-13', '2026-00', '2026-02-03T25:00:00Z', '2026-02-03T10:60:00Z', 'ne2026', 'ap2026', ''])(
    'refuses the moment %j',
    (text) => {
      expect(() => momentSpanOf('_lastUpdated', text, '+0100')).toThrow('_lastUpdated')
    },
  )

  it('reads codes, spans of both names of one time, order and inclusions', () => {
    const query =
      'type=http://loinc.org|18748-4&setting=394914008,|X&date=ge2026-01-01T00:00:00Z&creation=lt2027&_sort=-date'
    expect(parsed(`${query}&_include=DocumentReference:relatesto`, 'DocumentReference')).toMatchObject({
      search: {
        codes: [
          { code: 'type', tokens: [{ system: 'http://loinc.org', value: '18748-4' }] },
          { code: 'setting', tokens: [{ value: '394914008' }, { system: '', value: 'X' }] },
        ],
        created: [{ from: '2026-01-01T00:00:00.000Z' }, { before: '2026-12-31T23:00:00.000Z' }],
      },
      order: { by: 'created', isDescending: true },
      includes: ['DocumentReference:relatesto'],
    })
    expect(parsed('_count=0').limit).toBe(0)
    expect(parsed('_count=5000').limit).toBe(100)
  })

  it.each([
    ['A\\,1,B', [{ value: 'A,1' }, { value: 'B' }]],
    ['urn:x|A\\|1', [{ system: 'urn:x', value: 'A|1' }]],
    ['a|b|C', [{ system: 'a|b', value: 'C' }]],
    ['|C', [{ system: '', value: 'C' }]],
    ['A\\', [{ value: 'A\\' }]],
    ['A\\\\,B', [{ value: 'A\\' }, { value: 'B' }]],
  ])('reads the tokens %s', (text, expected) => {
    expect(tokensOf('type', text)).toEqual(expected)
  })

  it.each(['', ',', 'a|', 'x'.repeat(301)])('refuses the token %j', (text) => {
    expect(() => tokensOf('type', text)).toThrow('type')
  })

  it('ignores what is not supported where the client wants that, and tells by what it searched', () => {
    const query = 'modality=CT&colour=red&_sort=colour&_include=ImagingStudy:patient&__proto__=1'
    expect(() => parsed(query)).toThrow('not supported')
    const search = parsed(query, 'ImagingStudy', true)
    expect([search.used.toString(), search.ignored, search.keys]).toEqual(['modality=CT', 4, ['modality']])
    expect(() => parsed('modality=&colour=red', 'ImagingStudy', true)).toThrow('modality')
  })

  it.each([
    [undefined, false],
    ['handling=strict', false],
    ['return=minimal, handling=lenient', true],
    ['respond-async; Handling="lenient"', true],
    ['mishandling=lenient', false],
  ])('knows by Prefer: %s whether to', (prefer, expected) => {
    expect(isLenientlyAsked(prefer)).toBe(expected)
  })
})
