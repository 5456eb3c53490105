import { SqlText } from '@vna/database'
import type { Match, Query, QueryKey } from '@vna/dicom'
import { describe, expect, it } from 'vitest'
import { compileDateTime } from './compile-date-time.ts'

const studyDate = { tag: 0x00080020, keyword: 'StudyDate', vr: 'DA' }
const studyTime = { tag: 0x00080030, keyword: 'StudyTime', vr: 'TM' }
const startDate = { tag: 0x00400244, keyword: 'PerformedProcedureStepStartDate', vr: 'DA' }
const startTime = { tag: 0x00400245, keyword: 'PerformedProcedureStepStartTime', vr: 'TM' }
const range = (from?: string, to?: string): { match: Match } => ({
  match: { kind: 'range', ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
})

function compiled(keys: readonly QueryKey[], level: Query['level'] = 'study') {
  const text = new SqlText()
  const found = compileDateTime({ level, keys, includeFields: [], offset: 0, fuzzy: false }, text)
  const conditions = found?.conditions.map((sql) =>
    sql.replace(/\$(\d+)/g, (_, number) => String(text.params[Number(number) - 1])),
  )
  return found && { keys: found.keys, conditions }
}

const time = (column: string) => `rpad(translate(${column}, '.:', ''), 12, '0')`

describe('a range of dates and a range of times (PS3.4 C.2.2.2.5.4)', () => {
  const date = { ...studyDate, ...range('20260110', '20260112') }
  const hours = { ...studyTime, ...range('1000', '1200') }

  it('are one span: from that time of the first day to that time of the last', () => {
    expect(compiled([hours, date])).toEqual({
      keys: [date, hours],
      conditions: [
        's.study_date >= 20260110',
        `(s.study_date > 20260110 or ${time('s.study_time')} >= 100000000000)`,
        's.study_date <= 20260112',
        `(s.study_date < 20260112 or ${time('s.study_time')} <= 120099999999)`,
      ],
    })
  })

  it('are open where both are', () => {
    const open = compiled([
      { ...studyDate, ...range('20260110') },
      { ...studyTime, ...range(undefined, '1200') },
    ])
    expect(open?.conditions).toEqual(['s.study_date >= 20260110'])
    const end = compiled([
      { ...studyDate, ...range(undefined, '20260112') },
      { ...studyTime, ...range('1000') },
    ])
    expect(end?.conditions).toEqual(['s.study_date <= 20260112'])
  })

  const start = { ...startDate, ...range('20260110') }
  const hour = { ...startTime, ...range('1000') }

  it('of the procedure step are a span of their own, at the levels that have them', () => {
    expect(compiled([start, hour], 'series')).toEqual({
      keys: [start, hour],
      conditions: [
        'e.performed_start_date >= 20260110',
        `(e.performed_start_date > 20260110 or ${time('e.performed_start_time')} >= 100000000000)`,
      ],
    })
    expect(compiled([start, hour], 'study')).toBeUndefined()
    expect(compiled([start, hour, date, hours], 'instance')?.keys).toEqual([date, hours, start, hour])
  })

  it.each<[string, readonly QueryKey[]]>([
    ['a date alone', [date]],
    ['a time alone', [hours]],
    ['a single date', [{ ...studyDate, match: { kind: 'single', value: '20260110' } }, hours]],
    ['a single time', [date, { ...studyTime, match: { kind: 'single', value: '1000' } }]],
    ['dates of two things', [date, hour]],
    ['a date inside a sequence', [{ ...date, path: [0x00400275] }, hours]],
  ])('are none of %s', (_, keys) => {
    expect(compiled(keys, 'series')).toBeUndefined()
  })
})
