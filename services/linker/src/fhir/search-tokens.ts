import { ProblemError } from '@vna/http'
import type { DaySpan } from '@vna/record'

export interface Token {
  /** Absent: any; empty: none. */
  readonly system: string | undefined
  readonly value: string
}

const maxAlternatives = 50
const maxValueChars = 300

/** `system|value` or `value`, alternatives by commas (R4 3.1.1.4.10); `\,` and `\|` are no separators. */
export function tokensOf(name: string, text: string): readonly Token[] {
  const parts = (text.match(/(?:\\.|[^,])+/gs) ?? []).filter((part) => part !== '')
  if (parts.length === 0 || parts.length > maxAlternatives) throw invalid(name, 'has no or too many values')
  return parts.map((part) => {
    if (part.length > maxValueChars) throw invalid(name, 'is too long')
    const [, system, value = ''] = /^(?:(.*)(?<!\\)\|)?(.*)$/s.exec(part) ?? []
    if (value === '') throw invalid(name, 'has an empty value')
    return { system: system === undefined ? undefined : withoutEscapes(system), value: withoutEscapes(value) }
  })
}

function withoutEscapes(text: string): string {
  return text.replace(/\\([,|$\\])/g, '$1')
}

/** An issuer as the archive writes it, of the system that FHIR has for it. */
export function issuerOfSystem(system: string | undefined): string | undefined {
  if (system === undefined || system === '') return undefined
  const local = 'urn:x-local-issuer:'
  if (system.startsWith(local)) return decodeURIComponent(system.slice(local.length))
  return system.replace(/^urn:oid:/, '')
}

export function uidOf(name: string, { value }: Token): string {
  const uid = value.replace(/^urn:oid:/, '')
  if (!/^[0-9.]{1,64}$/.test(uid)) throw invalid(name, 'is no UID')
  return uid
}

const uuidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Ids that are none of ours find nothing; they are no error. */
export function uuidsOf(values: readonly string[]): readonly string[] {
  return values.filter((value) => uuidShape.test(value))
}

/**
 * A date with its prefix (R4 3.1.1.4.9) as days. A year or a month is all its days; a time of day is not told apart, since many
 * exams have none.
 */
export function daySpanOf(name: string, text: string): DaySpan {
  const match = /^(eq|ge|gt|le|lt|sa|eb)?(\d{4})(?:-(\d\d)(?:-(\d\d)(T[0-9:.+Z-]+)?)?)?$/.exec(text)
  if (match === null) throw invalid(name, 'is no date, or has a prefix that is not supported')
  const [, prefix = 'eq', year = '', month, day, time] = match
  const first = `${year}${month ?? '01'}${day ?? '01'}`
  const last = `${year}${month ?? '12'}${day ?? (month === undefined ? '31' : lastDayOf(year, month))}`
  if (!isDay(first) || !isDay(last)) throw invalid(name, 'is no date')
  switch (prefix) {
    case 'ge':
      return { from: first }
    case 'le':
      return { until: last }
    case 'gt':
    case 'sa':
      return { from: time === undefined ? dayAfter(last, 1) : first }
    case 'lt':
    case 'eb':
      return { until: time === undefined ? dayAfter(first, -1) : last }
    default:
      return { from: first, until: last }
  }
}

function lastDayOf(year: string, month: string): string {
  return String(new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()).padStart(2, '0')
}

function isDay(text: string): boolean {
  return dayAfter(text, 0) === text
}

function dayAfter(text: string, days: number): string {
  const [year, month, day] = [text.slice(0, 4), text.slice(4, 6), text.slice(6)].map(Number)
  const moment = new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, (day ?? 1) + days))
  return Number.isNaN(moment.getTime()) ? '' : moment.toISOString().slice(0, 10).replaceAll('-', '')
}

export function invalid(name: string, what: string): ProblemError {
  return new ProblemError('invalid-query-value', `${name} ${what}`)
}
