/** Nobody is waited for longer, whatever an answer asks. */
const maxRetryAfterMs = 120_000

/** Retry-After (RFC 9110 10.2.3): seconds or a date; `undefined` where it says nothing that can be read. */
export function parseRetryAfter(header: string | null | undefined, now: number): number | undefined {
  if (header === null || header === undefined) return undefined
  const ms = /^\d{1,6}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), maxRetryAfterMs) : undefined
}
