import { describe, expect, it } from 'vitest'
import { DicomwebError } from './dicomweb-error.ts'
import { parseQidoRequest, type QidoResource, qidoLimits } from './qido-request.ts'

const parse = (text: string, resource: QidoResource = { level: 'study' }) =>
  parseQidoRequest(resource, new URLSearchParams(text))

const failure = (text: string, resource?: QidoResource): string => {
  try {
    parse(text, resource)
    return 'accepted'
  } catch (error) {
    expect(error).toBeInstanceOf(DicomwebError)
    return (error as DicomwebError).code
  }
}

describe('parseQidoRequest', () => {
  it('reads keys by keyword and by tag', () => {
    expect(parse('PatientName=ROSSI*&00080020=20240101-20241231').query.keys).toEqual([
      { tag: 0x00100010, keyword: 'PatientName', vr: 'PN', match: { kind: 'wildcard', pattern: 'ROSSI*' } },
      { tag: 0x00080020, keyword: 'StudyDate', vr: 'DA', match: { kind: 'range', from: '20240101', to: '20241231' } },
    ])
  })

  it('reads the UIDs of the path as keys, and lists of UIDs', () => {
    const resource = { level: 'instance', studyInstanceUid: '1.2', seriesInstanceUid: '1.2.3' } as const
    const keys = parse('SOPInstanceUID=1.4,1.5%5C1.6', resource).query.keys
    expect(keys.map(({ keyword, match }) => ({ keyword, match }))).toEqual([
      { keyword: 'StudyInstanceUID', match: { kind: 'single', value: '1.2' } },
      { keyword: 'SeriesInstanceUID', match: { kind: 'single', value: '1.2.3' } },
      { keyword: 'SOPInstanceUID', match: { kind: 'uid-list', uids: ['1.4', '1.5', '1.6'] } },
    ])
  })

  it('reads attributes of sequences', () => {
    const { query } = parse('RequestAttributesSequence.ScheduledProcedureStepID=S1&00400275.00401001=R1', {
      level: 'series',
    })
    expect(query.keys.map(({ tag, path }) => ({ tag, path }))).toEqual([
      { tag: 0x00400009, path: [0x00400275] },
      { tag: 0x00401001, path: [0x00400275] },
    ])
    expect(query.includeFields).toEqual([0x00400275])
  })

  it('returns what is asked for and what is matched', () => {
    expect(parse('includefield=PatientName,00081030&includefield=StudyTime&AccessionNumber=').query).toMatchObject({
      includeFields: [0x00100010, 0x00081030, 0x00080030, 0x00080050],
      keys: [{ keyword: 'AccessionNumber', match: { kind: 'universal' } }],
    })
    expect(parse('includefield=PatientName&includefield=all').query.includeFields).toBe('all')
    expect(parse('').query.includeFields).toEqual([])
  })

  it('pages, with one result more to tell whether others follow', () => {
    expect(parse('limit=25&offset=50')).toMatchObject({ resultLimit: 25, query: { limit: 26, offset: 50 } })
    expect(parse('')).toMatchObject({ resultLimit: qidoLimits.maxResults.study, query: { offset: 0 } })
    expect(parse('limit=100000').resultLimit).toBe(qidoLimits.maxResults.study)
    expect(parse('limit=0').resultLimit).toBe(0)
  })

  it('reads fuzzymatching and leaves what is no matching key', () => {
    expect(parse('fuzzymatching=true&accept=application/dicom%2Bjson&view=current').query).toMatchObject({
      fuzzy: true,
      keys: [],
    })
  })

  it.each([
    ['NoSuchAttribute=1', 'query-key-unknown'],
    ['includefield=NoSuchAttribute', 'query-key-unknown'],
    ['PatientID.NoSuch=1', 'query-key-unknown'],
    ['PatientID=1&00100020=2', 'query-key-repeated'],
    ['StudyDate=yesterday', 'query-value-invalid'],
    ['StudyInstanceUID=1.2,x', 'query-value-invalid'],
    ['limit=-1', 'query-value-invalid'],
    ['limit=ten', 'query-value-invalid'],
    ['offset=1.5', 'query-value-invalid'],
    ['fuzzymatching=yes', 'query-value-invalid'],
    ['emptyvaluematching=true', 'query-value-invalid'],
    ['emptyvaluematching=false', 'accepted'],
    [`offset=${qidoLimits.maxOffset + 1}`, 'query-limit-exceeded'],
    [`PatientID=${'1'.repeat(5000)}`, 'query-limit-exceeded'],
    [Array(200).fill('limit=1').join('&'), 'query-limit-exceeded'],
    [`StudyInstanceUID=${Array(600).fill('1.2').join(',')}`, 'query-limit-exceeded'],
    [`fuzzymatching=true&PatientName=${Array(17).fill('A').join('%20')}`, 'query-limit-exceeded'],
    [`fuzzymatching=true&PatientName=${Array(16).fill('A').join('%20')}`, 'accepted'],
    [Array(9).fill('00400275').join('.'), 'query-limit-exceeded'],
  ])('%s: %s', (text, code) => {
    expect(failure(text)).toBe(code)
  })

  it('refuses a path that holds no UID, and repeats nothing of what was sent', () => {
    expect(failure('', { level: 'series', studyInstanceUid: '../1' })).toBe('path-uid-invalid')
    try {
      parse('RossiAnna=1')
      expect.unreachable()
    } catch (error) {
      expect(JSON.stringify([(error as DicomwebError).message, (error as DicomwebError).details])).not.toContain(
        'Rossi',
      )
    }
  })
})
