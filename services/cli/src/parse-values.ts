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
