import { InvalidArgumentError } from 'commander'

/** For options that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}

export function parseInteger(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('a whole number is wanted')
  return Number(text)
}

const secondsOfUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `90s`, `15m`, `1h`, `7d`, or seconds. */
export function parseDurationSeconds(text: string): number {
  const [, count, unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('a duration is wanted: 90s, 15m, 1h, 7d')
  return Number(count) * (secondsOfUnit[unit] ?? 1)
}

const dateAndTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/

/** `2026-11-24`, `2026-11-24T10:00` (UTC unless an offset is given), or so long ago: `15m`, `7d`. */
export function parseTime(text: string): Date {
  if (/^\d{1,9}[smhd]$/.test(text)) return new Date(Date.now() - parseDurationSeconds(text) * 1000)
  const zone = dateAndTime.exec(text)?.[4]
  const time = new Date(text.includes('T') && zone === undefined ? `${text}Z` : text)
  if (!dateAndTime.test(text) || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('a time is wanted: 2026-11-24, 2026-11-24T10:00, or so long ago: 15m, 7d')
  }
  return time
}
