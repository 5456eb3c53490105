import { SqlText } from '@vna/database'
import type { Match, QueryKey } from '@vna/dicom'
import { describe, expect, it } from 'vitest'
import { uidHashOf } from '../uid-hash.ts'
import { attributesByLevel, requestAttributesTag } from './attributes.ts'
import { compileKey, compileRequestAttributeKey, timeRange } from './compile-key.ts'

/** The condition with its values in the places of their place-holders; JSON texts, so that nothing hides in them. */
function condition(keyword: string, match: Match, fuzzy = false): string | undefined {
  const attribute = Object.values(attributesByLevel)
    .flat()
    .find((each) => each.keyword === keyword)
  if (attribute === undefined) throw new Error(`no attribute ${keyword}`)
  const text = new SqlText()
  return filled(compileKey({ tag: attribute.tag, keyword, vr: attribute.vr, match }, attribute, text, fuzzy), text)
}

function filled(sql: string | undefined, { params }: SqlText): string | undefined {
  return sql?.replace(/\$(\d+)/g, (_, number) => JSON.stringify(params[Number(number) - 1]))
}

const single = (value: string): Match => ({ kind: 'single', value })
const wildcard = (pattern: string): Match => ({ kind: 'wildcard', pattern })
const universal: Match = { kind: 'universal' }
const range = (from?: string, to?: string): Match => ({
  kind: 'range',
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
})
const uids = (...list: readonly string[]): Match => ({ kind: 'uid-list', uids: list })

type Case = readonly [keyword: string, match: Match, condition: string | undefined]

describe('the condition of a key (PS3.4 C.2.2.2)', () => {
  it.each<Case>([
    ['AccessionNumber', single('A1'), 's.accession_number = "A1"'],
    ['AccessionNumber', universal, undefined],
    ['AccessionNumber', wildcard('*'), undefined],
    ['AccessionNumber', wildcard('**'), undefined],
    ['AccessionNumber', wildcard('*1'), 's.accession_number like "%1"'],
    ['AccessionNumber', wildcard('?'), 's.accession_number like "_"'],
    [
      'AccessionNumber',
      wildcard('A?1*'),
      '(s.accession_number >= "A" and s.accession_number < "B" and s.accession_number like "A_1%")',
    ],
    // What LIKE would take for its own wildcards stands for itself.
    [
      'AccessionNumber',
      wildcard('50%_\\*'),
      '(s.accession_number >= "50%_\\\\" and s.accession_number < "50%_]" and s.accession_number like "50\\\\%\\\\_\\\\\\\\%")',
    ],
    ['AccessionNumber', uids('1.2', '1.3'), `s.accession_number = any (string_to_array("1.2\\\\1.3", '\\'))`],
  ])('text: %s %o', (keyword, match, expected) => {
    expect(condition(keyword, match)).toBe(expected)
  })

  it.each([
    ['\ud7ff', '\ue000'],
    ['a\u{1f600}', 'a\u{1f601}'],
  ])('begins the next range after %j, past what is no character', (prefix, upper) => {
    expect(condition('StudyID', wildcard(`${prefix}*`))).toContain(`s.study_id < ${JSON.stringify(upper)}`)
  })

  it('has no range after the last character there is', () => {
    expect(condition('StudyID', wildcard('\u{10ffff}*'))).toBe('s.study_id like "\u{10ffff}%"')
  })

  it.each<Case>([
    ['StudyDate', single('20260110'), 's.study_date = "20260110"'],
    ['StudyDate', range('20260110', '20260112'), '(s.study_date >= "20260110" and s.study_date <= "20260112")'],
    ['StudyDate', range('20260110'), '(s.study_date >= "20260110")'],
    ['StudyDate', range(undefined, '20260112'), '(s.study_date <= "20260112")'],
    ['StudyDate', range(), undefined],
  ])('date: %s %o', (keyword, match, expected) => {
    expect(condition(keyword, match)).toBe(expected)
  })

  const time = `rpad(translate(s.study_time, '.:', ''), 12, '0')`
  it.each<Case>([
    ['StudyTime', single('1030'), `(${time} >= "103000000000" and ${time} <= "103099999999")`],
    ['StudyTime', single('10:30:15.5'), `(${time} >= "103015500000" and ${time} <= "103015599999")`],
    ['StudyTime', range('10', '12'), `(${time} >= "100000000000" and ${time} <= "129999999999")`],
    ['StudyTime', range('10'), `(${time} >= "100000000000")`],
    ['StudyTime', range(undefined, '12'), `(${time} <= "129999999999")`],
    ['StudyTime', wildcard('10*'), '(s.study_time >= "10" and s.study_time < "11" and s.study_time like "10%")'],
    ['StudyTime', universal, undefined],
  ])('time: %s %o', (keyword, match, expected) => {
    expect(condition(keyword, match)).toBe(expected)
  })

  it.each<Case>([
    ['SeriesNumber', single('12'), 'e.series_number = 12::int'],
    ['SeriesNumber', single(' +12 '), 'e.series_number = 12::int'],
    ['SeriesNumber', single('-2147483647'), 'e.series_number = -2147483647::int'],
    ['SeriesNumber', single('2147483648'), 'false'],
    ['SeriesNumber', single('-2147483648'), 'false'],
    ['SeriesNumber', single('1.5'), 'false'],
    ['SeriesNumber', single('12x'), 'false'],
    ['SeriesNumber', single('x12'), 'false'],
    ['SeriesNumber', single(''), 'false'],
    ['SeriesNumber', wildcard('?2'), 'e.series_number::text like "_2"'],
    ['SeriesNumber', universal, undefined],
  ])('number: %s %o', (keyword, match, expected) => {
    expect(condition(keyword, match)).toBe(expected)
  })

  it.each<Case>([
    ['ModalitiesInStudy', single('CT'), `"CT" = any (string_to_array(s.modalities, '\\'))`],
    [
      'ModalitiesInStudy',
      wildcard('*R'),
      `exists (select from unnest(string_to_array(s.modalities, '\\')) modality where modality like "%R")`,
    ],
    ['ModalitiesInStudy', universal, undefined],
  ])('modalities: %s %o', (keyword, match, expected) => {
    expect(condition(keyword, match)).toBe(expected)
  })

  const digests = (text: string) =>
    `(md5(s.study_instance_uid)::uuid = any (array(select md5(uid)::uuid from unnest(string_to_array(${text}, '\\')) uid))`
  it.each<Case>([
    ['StudyInstanceUID', single('1.2'), `${digests('"1.2"')} and s.study_instance_uid = "1.2")`],
    [
      'StudyInstanceUID',
      uids('1.2', '1.3'),
      `${digests('"1.2\\\\1.3"')} and s.study_instance_uid = any (string_to_array("1.2\\\\1.3", '\\')))`,
    ],
    ['StudyInstanceUID', universal, undefined],
    [
      'StudyInstanceUID',
      wildcard('1.2*'),
      '(s.study_instance_uid >= "1.2" and s.study_instance_uid < "1.3" and s.study_instance_uid like "1.2%")',
    ],
    [
      'SeriesInstanceUID',
      uids('1.2', '1.3'),
      `(e.uid_hash = any (string_to_array("${uidHashOf('1.2')},${uidHashOf('1.3')}", ',')::int[])` +
        ` and e.series_instance_uid = any (string_to_array("1.2\\\\1.3", '\\')))`,
    ],
    [
      'SOPInstanceUID',
      single('1.2'),
      `(i.sop_hash = any (string_to_array("${uidHashOf('1.2')}", ',')::int[]) and i.sop_instance_uid = "1.2")`,
    ],
    ['SOPClassUID', single('1.2'), 'u.uid = "1.2"'],
  ])('UID: %s %o', (keyword, match, expected) => {
    expect(condition(keyword, match)).toBe(expected)
  })

  const [folded, other] = ['s.patient_name_folded', 's.patient_name_other_folded']
  it.each<Case>([
    ['PatientName', single('RÓSSI^Mario'), `(${folded} = "rossi^mario" or ${other} = "rossi^mario")`],
    ['PatientName', wildcard('*rossi'), `(${folded} like "%rossi" or ${other} like "%rossi")`],
    ['PatientName', wildcard('*'), undefined],
    ['PatientName', universal, undefined],
    ['PatientName', range('a', 'b'), undefined],
    ['ReferringPhysicianName', single('VERDI'), '(s.referring_physician_folded = "verdi")'],
  ])('name: %s %o', (keyword, match, expected) => {
    expect(condition(keyword, match)).toBe(expected)
  })

  it.each<Case>([
    ['ReferringPhysicianName', single('Verdi'), '((s.referring_physician_folded ~ "(^|[ ^=-])verdi"))'],
    [
      'ReferringPhysicianName',
      wildcard("D'Ang*^Gio"),
      `((s.referring_physician_folded ~ "(^|[ ^=-])d\\\\'ang" and s.referring_physician_folded ~ "(^|[ ^=-])gio"))`,
    ],
    ['ReferringPhysicianName', wildcard('*'), undefined],
    ['ReferringPhysicianName', single(' '), undefined],
  ])('fuzzy name: %s %o', (keyword, match, expected) => {
    expect(condition(keyword, match, true)).toBe(expected)
  })

  it.each([
    ['NumberOfStudyRelatedInstances', single('3')],
    ['InstanceAvailability', single('ONLINE')],
  ])('there is none on %s', (keyword, match) => {
    expect(condition(keyword, match)).toBeUndefined()
  })
})

describe('a key inside Request Attributes Sequence', () => {
  const key = (changes: Partial<QueryKey>): QueryKey => ({
    ...{ tag: 0x00400009, keyword: 'ScheduledProcedureStepID', vr: 'SH', path: [requestAttributesTag] },
    ...{ match: single('S1') },
    ...changes,
  })
  const compiled = (changes: Partial<QueryKey>) => {
    const text = new SqlText()
    return filled(compileRequestAttributeKey(key(changes), text), text)
  }

  it('asks for one item that matches, and takes what is no list for an empty one', () => {
    expect(compiled({})).toBe(
      "exists (select from jsonb_array_elements(case jsonb_typeof(e.request_attributes) when 'array' then" +
        " e.request_attributes else '[]' end) as items (item)," +
        ` lateral (select item -> '00400009' -> 'Value' ->> 0 as text) v where v.text = "S1")`,
    )
  })

  it('writes a tag as DICOM JSON does', () => {
    expect(compiled({ tag: 0x0020000d })).toContain("item -> '0020000D'")
  })

  it('is true where everything matches', () => {
    expect(compiled({ match: universal })).toBe('true')
  })

  it.each<[string, Partial<QueryKey>]>([
    ['of another sequence', { path: [0x00081032] }],
    ['deeper inside', { path: [requestAttributesTag, requestAttributesTag] }],
    ['in no sequence', { path: [] }],
    ['of another tag', { tag: 0x00400007 }],
  ])('is unknown %s', (_, changes) => {
    expect(compiled(changes)).toBeUndefined()
  })
})

describe('the bounds of a time', () => {
  it('are none of a wildcard', () => {
    expect(timeRange(wildcard('10*'))).toBeUndefined()
  })

  it('are open where the range is', () => {
    expect(timeRange(range(undefined, '1015'))).toEqual({ kind: 'range', to: '101599999999' })
    expect(timeRange(range('1015'))).toEqual({ kind: 'range', from: '101500000000' })
  })
})
