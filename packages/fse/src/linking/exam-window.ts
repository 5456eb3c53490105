export type DateVerdict = 'equal' | 'within-window' | 'outside-window' | 'absent'

const dayMs = 86_400_000

/** Compares two dates (YYYYMMDD). A report is often dated the day after the exam; a reused number is years away. */
export function compareDates(a: string | undefined, b: string | undefined, windowDays: number): DateVerdict {
  const first = dayOf(a)
  const second = dayOf(b)
  if (first === undefined || second === undefined) return 'absent'
  const distance = Math.abs(first - second)
  if (distance === 0) return 'equal'
  return distance <= windowDays ? 'within-window' : 'outside-window'
}

/** Days since the epoch; a date that does not exist counts as absent. */
function dayOf(date: string | undefined): number | undefined {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})/.exec(date ?? '') ?? []
  if (year === undefined) return undefined
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const exists = new Date(ms).getUTCMonth() === Number(month) - 1
  return exists ? ms / dayMs : undefined
}
