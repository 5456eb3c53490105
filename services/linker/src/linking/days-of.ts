const msPerDay = 24 * 3600 * 1000

/** So many days before and after a day (YYYYMMDD); `undefined` where there is no such day. */
export function daysAround(
  day: string | undefined,
  days: number,
): { readonly from: string; readonly to: string } | undefined {
  const [, year, month, date] = /^(\d{4})(\d{2})(\d{2})$/.exec(day ?? '') ?? []
  if (year === undefined || month === undefined || date === undefined) return undefined
  const at = Date.UTC(Number(year), Number(month) - 1, Number(date))
  return { from: textOf(at - days * msPerDay), to: textOf(at + days * msPerDay) }
}

function textOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')
}
