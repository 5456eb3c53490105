import { databaseLimits } from './limits.ts'

/** Text as PostgreSQL can keep it: no NUL, no lone surrogate, no padding, no longer than the limit; empty is absent. */
export function cleanText(value: unknown, maxChars: number = databaseLimits.maxTextChars): string | null {
  if (typeof value !== 'string') return null
  const cleaned = value.replaceAll('\0', '').trim()
  if (cleaned === '') return null
  if (cleaned.length <= maxChars) return cleaned.toWellFormed()
  return cleaned.slice(0, maxChars).toWellFormed()
}

/** DA as YYYYMMDD; the retired form YYYY.MM.DD is brought to it, anything else stays as received. */
export function cleanDate(value: unknown): string | null {
  const text = cleanText(value, 64)
  const retired = text?.match(/^(\d{4})\.(\d{2})\.(\d{2})$/)
  return retired ? `${retired[1]}${retired[2]}${retired[3]}` : text
}

const int4Min = -2_147_483_647
const int4Max = 2_147_483_647

/** IS or a number as int4; anything else is absent. */
export function cleanInteger(value: unknown): number | null {
  const number = typeof value === 'string' && /^\s*[+-]?\d{1,12}\s*$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number)) return null
  return number >= int4Min && number <= int4Max ? number : null
}

/** The same rule as cleanText for every string inside a JSON value. */
export function cleanJson(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed()
  if (Array.isArray(value)) return value.map(cleanJson)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cleanJson(inner)]))
}
