import type { SqlText } from '@vna/database'
import type { Match, Query, QueryKey } from '@vna/dicom'
import { fullTime, timeRange } from './compile-key.ts'
import { visibleLevels } from './selected-attributes.ts'

type Range = Extract<Match, { kind: 'range' }>

const pairs = [
  { date: 0x00080020, time: 0x00080030, level: 'study', dateColumn: 's.study_date', timeColumn: 's.study_time' },
  {
    date: 0x00400244,
    time: 0x00400245,
    level: 'series',
    dateColumn: 'e.performed_start_date',
    timeColumn: 'e.performed_start_time',
  },
] as const

/** Date and time ranges of the same thing as one span: from that time on the first day to that time on the last. */
export function compileDateTime(
  query: Query,
  text: SqlText,
): { keys: readonly QueryKey[]; conditions: readonly string[] } | undefined {
  const keys: QueryKey[] = []
  const conditions: string[] = []
  for (const pair of pairs) {
    const dateKey = rangeKey(query, pair.date)
    const timeKey = rangeKey(query, pair.time)
    if (dateKey === undefined || timeKey === undefined || !visibleLevels(query.level).includes(pair.level)) continue
    keys.push(dateKey.key, timeKey.key)
    conditions.push(...spanConditions(pair, { date: dateKey.range, time: timeKey.range }, text))
  }
  return keys.length === 0 ? undefined : { keys, conditions }
}

function rangeKey(query: Query, tag: number): { key: QueryKey; range: Range } | undefined {
  for (const key of query.keys) {
    if (key.tag === tag && (key.path?.length ?? 0) === 0 && key.match.kind === 'range') return { key, range: key.match }
  }
  return undefined
}

function spanConditions(
  pair: (typeof pairs)[number],
  { date, time }: { date: Range; time: Range },
  text: SqlText,
): readonly string[] {
  const times = timeRange(time)
  const conditions: string[] = []
  if (date.from !== undefined) {
    conditions.push(`${pair.dateColumn} >= ${text.param(date.from)}`)
    if (times?.from !== undefined) {
      const isLaterDay = `${pair.dateColumn} > ${text.param(date.from)}`
      conditions.push(`(${isLaterDay} or ${fullTime(pair.timeColumn)} >= ${text.param(times.from)})`)
    }
  }
  if (date.to !== undefined) {
    conditions.push(`${pair.dateColumn} <= ${text.param(date.to)}`)
    if (times?.to !== undefined) {
      const isEarlierDay = `${pair.dateColumn} < ${text.param(date.to)}`
      conditions.push(`(${isEarlierDay} or ${fullTime(pair.timeColumn)} <= ${text.param(times.to)})`)
    }
  }
  return conditions
}
