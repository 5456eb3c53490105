import type { SqlText } from '@vna/database'
import type { Match, QueryKey } from '@vna/dicom'
import { foldGroup, foldText } from '../header/fold-name.ts'
import { uidHashOf } from '../uid-hash.ts'
import { type Attribute, requestAttributesTag, requestAttributeTags } from './attributes.ts'

/** The condition of one key on one attribute; `undefined` when it matches everything (PS3.4 C.2.2.2.3). */
export function compileKey(key: QueryKey, attribute: Attribute, text: SqlText, fuzzy: boolean): string | undefined {
  const column = attribute.matchColumn ?? attribute.column
  switch (attribute.match) {
    case 'none':
      return undefined
    case 'text':
      return compileText(column, key.match, text)
    case 'uid':
      return compileUid(attribute, key.match, text)
    case 'name':
      return compileName(attribute, key.match, text, fuzzy)
    case 'date':
      return compileDate(column, key.match, text)
    case 'time':
      return compileTime(column, key.match, text)
    case 'integer':
      return compileInteger(column, key.match, text)
    case 'modalities':
      return compileModalities(column, key.match, text)
  }
}

/** Keys inside Request Attributes Sequence: one item must match (PS3.4 C.2.2.2.6). `undefined` for an unknown key. */
export function compileRequestAttributeKey(key: QueryKey, text: SqlText): string | undefined {
  if (key.path?.length !== 1 || key.path[0] !== requestAttributesTag) return undefined
  if (!requestAttributeTags.includes(key.tag)) return undefined
  const tag = key.tag.toString(16).toUpperCase().padStart(8, '0')
  const condition = compileText('v.text', key.match, text)
  if (condition === undefined) return 'true'
  return (
    "exists (select from jsonb_array_elements(case jsonb_typeof(e.request_attributes) when 'array'" +
    " then e.request_attributes else '[]' end) as items (item)," +
    ` lateral (select item -> '${tag}' -> 'Value' ->> 0 as text) v where ${condition})`
  )
}

function compileText(column: string, match: Match, text: SqlText): string | undefined {
  switch (match.kind) {
    case 'universal':
      return undefined
    case 'single':
      return `${column} = ${text.param(match.value)}`
    case 'wildcard':
      return compileLike(column, match.pattern, text)
    case 'uid-list':
      // A UID holds no backslash, so one text carries the list whatever its length.
      return `${column} = any (string_to_array(${text.param(match.uids.join('\\'))}, '\\'))`
    case 'range':
      return compileRange(column, match, text)
  }
}

/** UIDs by the index that holds their digest or hash, and then by themselves. */
function compileUid(attribute: Attribute, match: Match, text: SqlText): string | undefined {
  const condition = compileText(attribute.column, match, text)
  const uids = match.kind === 'single' ? [match.value] : match.kind === 'uid-list' ? match.uids : undefined
  if (condition === undefined || uids === undefined || attribute.uidIndex === undefined) return condition
  const { uidIndex, column } = attribute
  if (uidIndex.kind === 'hash') {
    const hashes = text.param(uids.map(uidHashOf).join())
    return `(${uidIndex.column} = any (string_to_array(${hashes}, ',')::int[]) and ${condition})`
  }
  const list = text.param(uids.join('\\'))
  const digests = `array(select md5(uid)::uuid from unnest(string_to_array(${list}, '\\')) uid)`
  return `(md5(${column})::uuid = any (${digests}) and ${condition})`
}

/** `*` and `?` as LIKE, with the literal beginning as a range too: a prepared LIKE alone cannot use an index. */
function compileLike(column: string, pattern: string, text: SqlText): string | undefined {
  if (/^\*+$/.test(pattern)) return undefined
  const like = pattern.replace(/[\\%_]/g, (character) => `\\${character}`).replace(/[*?]/g, wildcardToLike)
  const condition = `${column} like ${text.param(like)}`
  const prefix = pattern.slice(0, pattern.search(/[*?]/))
  const upper = nextPrefix(prefix)
  if (upper === undefined) return condition
  return `(${column} >= ${text.param(prefix)} and ${column} < ${text.param(upper)} and ${condition})`
}

function wildcardToLike(character: string): string {
  return character === '*' ? '%' : '_'
}

/** The least text that is greater than every text with this prefix, in code point order. */
function nextPrefix(prefix: string): string | undefined {
  const codePoints = [...prefix]
  const last = codePoints.pop()?.codePointAt(0)
  if (last === undefined || last >= 0x10ffff) return undefined
  const next = last + 1 >= 0xd800 && last + 1 <= 0xdfff ? 0xe000 : last + 1
  return codePoints.join('') + String.fromCodePoint(next)
}

/** Person names: folded, so that neither case nor accents matter, against the alphabetic group or the others. */
function compileName(attribute: Attribute, match: Match, text: SqlText, fuzzy: boolean): string | undefined {
  const columns = [attribute.matchColumn, attribute.otherMatchColumn].filter((column) => column !== undefined)
  const value = match.kind === 'single' ? match.value : match.kind === 'wildcard' ? match.pattern : undefined
  if (value === undefined) return undefined
  const conditions = columns.map((column) =>
    fuzzy ? compileFuzzyName(column, value, text) : compileFoldedName(column, value, text),
  )
  if (conditions.some((condition) => condition === undefined)) return undefined
  return `(${conditions.join(' or ')})`
}

function compileFoldedName(column: string, value: string, text: SqlText): string | undefined {
  const folded = foldGroup(value)
  if (!/[*?]/.test(folded)) return `${column} = ${text.param(folded)}`
  return compileLike(column, folded, text)
}

/** Fuzzy: each word of the key begins a word of the name, in any order. */
function compileFuzzyName(column: string, value: string, text: SqlText): string | undefined {
  const words = foldText(value)
    .split(/[\s^=*?]+/)
    .filter((word) => word !== '')
  if (words.length === 0) return undefined
  const conditions = words.map((word) => {
    const escaped = word.replace(/[^\p{L}\p{N}]/gu, (character) => `\\${character}`)
    return `${column} ~ ${text.param(`(^|[ ^=-])${escaped}`)}`
  })
  return `(${conditions.join(' and ')})`
}

function compileDate(column: string, match: Match, text: SqlText): string | undefined {
  if (match.kind === 'range') return compileRange(column, match, text)
  return compileText(column, match, text)
}

function compileRange(column: string, match: Extract<Match, { kind: 'range' }>, text: SqlText): string | undefined {
  const conditions = [
    ...(match.from === undefined ? [] : [`${column} >= ${text.param(match.from)}`]),
    ...(match.to === undefined ? [] : [`${column} <= ${text.param(match.to)}`]),
  ]
  return conditions.length === 0 ? undefined : `(${conditions.join(' and ')})`
}

function compileTime(column: string, match: Match, text: SqlText): string | undefined {
  const range = timeRange(match)
  if (range === undefined) return compileText(column, match, text)
  return compileRange(fullTime(column), range, text)
}

/** A time column brought to twelve digits, so that `1030` compares as 10:30:00.000000. */
export function fullTime(column: string): string {
  return `rpad(translate(${column}, '.:', ''), 12, '0')`
}

/** Bounds of a time match in twelve digits: a bound given to the minute means the whole minute. */
export function timeRange(match: Match): Extract<Match, { kind: 'range' }> | undefined {
  const digits = (value: string) => value.replace(/[.:]/g, '')
  const from = (value: string) => digits(value).padEnd(12, '0')
  const to = (value: string) => digits(value).padEnd(12, '9')
  if (match.kind === 'single') return { kind: 'range', from: from(match.value), to: to(match.value) }
  if (match.kind !== 'range') return undefined
  return {
    kind: 'range',
    ...(match.from === undefined ? {} : { from: from(match.from) }),
    ...(match.to === undefined ? {} : { to: to(match.to) }),
  }
}

function compileInteger(column: string, match: Match, text: SqlText): string | undefined {
  if (match.kind === 'wildcard') return compileLike(`${column}::text`, match.pattern, text)
  if (match.kind !== 'single') return undefined
  const number = Number(match.value)
  const isInt4 = /^\s*[+-]?\d+\s*$/.test(match.value) && Math.abs(number) <= 2_147_483_647
  return isInt4 ? `${column} = ${text.param(number)}::int` : 'false'
}

/** One modality of the study must match. */
function compileModalities(column: string, match: Match, text: SqlText): string | undefined {
  if (match.kind === 'single') return `${text.param(match.value)} = any (string_to_array(${column}, '\\'))`
  const condition = compileText('modality', match, text)
  if (condition === undefined) return undefined
  return `exists (select from unnest(string_to_array(${column}, '\\')) modality where ${condition})`
}
