import type { MomentSpan } from '@vna/record'
import { invalid } from './search-tokens.ts'

/** In a query `+` is a space where a client did not escape it. */
const shape =
  /^(eq|ge|gt|le|lt|sa|eb)?(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+ -]\d\d:\d\d)?)?)?)?$/

/**
 * A date with its prefix (R4 3.1.1.4.9) as a span of time: what it leaves out is all of it, a year, a day, a second. Without a
 * zone it is the archive's own (`+0100`).
 */
export function momentSpanOf(name: string, text: string, zone: string): MomentSpan {
  const match = shape.exec(text)
  if (match === null) throw invalid(name, 'is no date, or has a prefix that is not supported')
  const [first, next] = limitsOf(match, zone)
  if (first === undefined || next === undefined) throw invalid(name, 'is no date')
  switch (match[1] ?? 'eq') {
    case 'ge':
      return { from: first }
    case 'le':
      return { before: next }
    case 'gt':
    case 'sa':
      return { from: next }
    case 'lt':
    case 'eb':
      return { before: first }
    default:
      return { from: first, before: next }
  }
}

/** The first moment, and the first after it; undefined for what is no time of the calendar. */
function limitsOf(match: RegExpExecArray, zone: string): readonly [string | undefined, string | undefined] {
  const [, , year, month, day, hour, minute, second, fraction, offset] = match
  const at = (o: { years?: number; months?: number }) =>
    Date.UTC(Number(year) + (o.years ?? 0), Number(month ?? 1) - 1 + (o.months ?? 0), Number(day ?? 1))
  const isDay = new Date(at({})).getUTCDate() === Number(day ?? 1)
  const inDay = ((Number(hour ?? 0) * 60 + Number(minute ?? 0)) * 60 + Number(second ?? 0)) * 1000
  const isTime = Number(month ?? 1) >= 1 && Number(month ?? 1) <= 12 && Number(hour ?? 0) < 24
  if (!isDay || !isTime || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return [undefined, undefined]
  const milliseconds = Number((fraction ?? '').slice(0, 3).padEnd(3, '0'))
  const shift = zoneMs(offset ?? `${zone.slice(0, 3)}:${zone.slice(3)}`)
  const start = at({}) + inDay + milliseconds - shift
  const end = endOf()
  return [new Date(start).toISOString(), new Date(end).toISOString()]

  function endOf(): number {
    if (month === undefined) return at({ years: 1 }) - shift
    if (day === undefined) return at({ months: 1 }) - shift
    if (hour === undefined) return start + 24 * 3_600_000
    if (second === undefined) return start + 60_000
    return start + (fraction === undefined ? 1_000 : 1)
  }
}

function zoneMs(offset: string): number {
  if (offset === 'Z') return 0
  const sign = offset.startsWith('-') ? -1 : 1
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4))) * 60_000
}
