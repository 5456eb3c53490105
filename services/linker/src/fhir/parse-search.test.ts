import { describe, expect, it } from 'vitest'
import { cursorText, parseFhirSearch } from './parse-search.ts'
import { daySpanOf } from './search-tokens.ts'

const searchOf = (query: string, type: 'DocumentReference' | 'ImagingStudy' = 'ImagingStudy') =>
  parseFhirSearch(type, new URLSearchParams(query)).search

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
    for (const studyDate of ['20260101', '']) {
      const after = cursorText({ studyDate, id })
      expect(parseFhirSearch('ImagingStudy', new URLSearchParams({ _after: after })).after).toEqual({ studyDate, id })
    }
  })
})
