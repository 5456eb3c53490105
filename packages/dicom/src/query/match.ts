import { DicomError } from '../errors.ts'

/** PS3.4 C.2.2.2. Range ends are included; a missing one is open. */
export type Match =
  | { readonly kind: 'universal' }
  | { readonly kind: 'single'; readonly value: string }
  | { readonly kind: 'wildcard'; readonly pattern: string }
  | { readonly kind: 'range'; readonly from?: string; readonly to?: string }
  | { readonly kind: 'uid-list'; readonly uids: readonly string[] }

/** PS3.4 C.2.2.2.4: VRs in which '*' and '?' are wildcards. */
const wildcardVrs: ReadonlySet<string> = new Set(['AE', 'CS', 'LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UR', 'UT'])

/** A key's value as C-FIND or QIDO-RS gives it. Throws 'invalid-match' for a date, time or UID that cannot be one. */
export function parseMatch(vr: string, text: string): Match {
  const value = text.replaceAll('\0', ' ').trim()
  if (value === '' || /^\*+$/.test(value)) return { kind: 'universal' }
  if (vr === 'UI') return parseUids(value)
  if (vr === 'DA' || vr === 'TM' || vr === 'DT') return parseRange(vr, value)
  return wildcardVrs.has(vr) && /[*?]/.test(value) ? { kind: 'wildcard', pattern: value } : { kind: 'single', value }
}

const maxListedUids = 10_000

/** Backslashes in C-FIND; QIDO-RS takes commas too (PS3.18 8.3.4.1). */
function parseUids(value: string): Match {
  const uids = value.split(/[\\,]/).map((uid) => uid.trim())
  const valid = uids.length <= maxListedUids && uids.every((uid) => /^[0-9.]{1,64}$/.test(uid))
  if (!valid) throw new DicomError('invalid-match')
  return uids.length === 1 ? { kind: 'single', value: uids[0] as string } : { kind: 'uid-list', uids }
}

const patterns: Readonly<Record<'DA' | 'TM' | 'DT', RegExp>> = {
  DA: /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/,
  TM: /^([01]\d|2[0-3])([0-5]\d([0-5]\d|60)?(\.\d{1,6})?)?$/,
  DT: /^\d{4}((0[1-9]|1[0-2])((0[1-9]|[12]\d|3[01])(([01]\d|2[0-3])([0-5]\d([0-5]\d|60)?(\.\d{1,6})?)?)?)?)?([+-](0\d|1[0-4])[0-5]\d)?$/,
}

/** Two DT with fraction and offset, and blanks. */
const maxRangeLength = 64

function parseRange(vr: 'DA' | 'TM' | 'DT', value: string): Match {
  if (value.length > maxRangeLength) throw new DicomError('invalid-match')
  const valid = (part: string): boolean => patterns[vr].test(part)
  const single = withoutOldSeparators(vr, value)
  if (valid(single)) return { kind: 'single', value: single }
  for (const hyphen of hyphensOf(value)) {
    const from = withoutOldSeparators(vr, value.slice(0, hyphen).trim())
    const to = withoutOldSeparators(vr, value.slice(hyphen + 1).trim())
    if ((from === '' && to === '') || !(from === '' || valid(from)) || !(to === '' || valid(to))) continue
    return { kind: 'range', ...(from && { from }), ...(to && { to }) }
  }
  throw new DicomError('invalid-match')
}

/** In a DT a hyphen may also begin an offset from UTC, so every one of them may be the separator. */
function hyphensOf(value: string): number[] {
  return [...value.matchAll(/-/g)].map((match) => match.index)
}

/** ACR-NEMA wrote 1994.07.08 and 10:20:30; PS3.5 6.2 still lets them be read. */
function withoutOldSeparators(vr: 'DA' | 'TM' | 'DT', value: string): string {
  if (vr === 'DA') return value.replace(/^(\d{4})\.(\d{2})\.(\d{2})$/, '$1$2$3')
  return vr === 'TM' ? value.replaceAll(':', '') : value
}
