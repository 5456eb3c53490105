import { ProblemError } from '@vna/http'
import type { ManifestCursor, ManifestOrder, ManifestSearch } from '@vna/record'
import {
  type SearchContext,
  type SearchedType,
  type SearchInclude,
  searchIncludes,
  searchParameters,
  sortKeys,
} from './search-parameters.ts'
import { invalid, uuidsOf } from './search-tokens.ts'

export interface FhirSearch {
  readonly search: ManifestSearch
  /** 0: the total alone. */
  readonly limit: number
  readonly order: ManifestOrder | undefined
  readonly includes: readonly SearchInclude[]
  readonly after: ManifestCursor | undefined
  /** Names of the keys, for the audit trail; never their values. */
  readonly keys: readonly string[]
  /** What the answer is made by: all that was asked, but for what is ignored. */
  readonly used: URLSearchParams
  readonly ignored: number
}

export interface SearchOptions extends SearchContext {
  /** `Prefer: handling=lenient` (R4, errors of a search): what is not supported is ignored and told, not refused. */
  readonly isLenient: boolean
}

export const searchLimits = { defaultCount: 20, maxCount: 100 } as const

/**
 * A search as the catalog makes it. What is not supported is refused, unless the client wants it ignored: leaving it out finds
 * more than was asked for. A value that is wrong is refused in any case.
 */
export function parseFhirSearch(type: SearchedType, asked: URLSearchParams, options: SearchOptions): FhirSearch {
  const used = new URLSearchParams([...asked].filter(([name, value]) => isSupported(type, name, value)))
  const ignored = asked.size - used.size
  if (ignored > 0 && !options.isLenient) {
    throw new ProblemError('unknown-attribute', 'a search parameter, a sort key or an inclusion is not supported')
  }
  const names = [...new Set(used.keys())].filter((name) => Object.hasOwn(searchParameters[type], name))
  let search: ManifestSearch = {}
  for (const name of names) {
    const parsed = searchParameters[type][name]?.parse(name, used.getAll(name), options) ?? {}
    search = bothOf(name, search, parsed)
  }
  return {
    search,
    limit: countOf(oneOf(used, '_count')),
    order: orderOf(type, oneOf(used, '_sort')),
    includes: searchIncludes[type].filter((include) => used.getAll('_include').includes(include)),
    after: cursorOf(oneOf(used, '_after')),
    keys: names,
    used,
    ignored,
  }
}

export function cursorText({ key, id }: ManifestCursor): string {
  return `${key === '' ? 'none' : key}.${id}`
}

/** R4's `Prefer` header, among whatever else it says. */
export function isLenientlyAsked(prefer: string | undefined): boolean {
  return /(?:^|[,;\s])handling\s*=\s*"?lenient"?(?:$|[,;\s])/i.test(prefer ?? '')
}

function isSupported(type: SearchedType, name: string, value: string): boolean {
  if (['_count', '_after', '_format', '_pretty'].includes(name)) return true
  if (name === '_sort') return Object.hasOwn(sortKeys[type], value.replace(/^-/, ''))
  if (name === '_include') return searchIncludes[type].some((include) => include === value)
  return Object.hasOwn(searchParameters[type], name)
}

/** Where both speak of one thing, all spans of time and all codes hold; other alternatives would have to be compared. */
function bothOf(name: string, search: ManifestSearch, parsed: Partial<ManifestSearch>): ManifestSearch {
  const merged: Record<string, unknown> = { ...search }
  for (const [key, value] of Object.entries(parsed)) {
    const before = merged[key]
    if (before !== undefined && !conjunctive.has(key)) throw invalid(name, 'says again what another parameter says')
    merged[key] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value
  }
  return merged
}

const conjunctive: ReadonlySet<string> = new Set<keyof ManifestSearch>(['studyDates', 'created', 'changed', 'codes'])

function oneOf(used: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = used.getAll(name)
  if (others.length > 0) throw invalid(name, 'is given twice')
  return value
}

function countOf(text: string | undefined): number {
  if (text === undefined) return searchLimits.defaultCount
  if (!/^\d{1,6}$/.test(text)) throw invalid('_count', 'is no number')
  return Math.min(Number(text), searchLimits.maxCount)
}

function orderOf(type: SearchedType, text: string | undefined): ManifestOrder | undefined {
  const by = text === undefined ? undefined : sortKeys[type][text.replace(/^-/, '')]
  return by === undefined ? undefined : { by, isDescending: text?.startsWith('-') === true }
}

function cursorOf(text: string | undefined): ManifestCursor | undefined {
  if (text === undefined) return undefined
  const [key = '', id = ''] = text.split('.')
  const isPlace = /^(\d{8}|\d{17}|none)$/.test(key) && uuidsOf([id]).length > 0
  if (!isPlace) throw invalid('_after', 'is no place in this search')
  return { key: key === 'none' ? '' : key, id }
}
