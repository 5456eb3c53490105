import {
  isStorableUid,
  keywordOf,
  type Match,
  parseMatch,
  parseTag,
  type Query,
  type QueryKey,
  type QueryLevel,
  tagToHex,
  vrOf,
} from '@vna/dicom'
import { DicomwebError } from './dicomweb-error.ts'

export interface QidoLimits {
  /** Results in one answer at most, and when the client names no limit: a whole series has to fit. */
  readonly maxResults: Readonly<Record<QidoResource['level'], number>>
  readonly maxOffset: number
  /** Query parameters of one request. */
  readonly maxParameters: number
  readonly maxValueLength: number
  /** UIDs in one list, includefields in one request. */
  readonly maxListLength: number
  readonly maxSequenceDepth: number
  /** Words of a name that is matched by its sound and parts (PS3.4 C.2.2.2.1.2): each is a look at every candidate. */
  readonly maxFuzzyWords: number
}

export const qidoLimits: QidoLimits = {
  maxResults: { study: 1_000, series: 5_000, instance: 10_000 },
  maxOffset: 1_000_000,
  maxParameters: 128,
  maxValueLength: 4096,
  maxListLength: 512,
  maxSequenceDepth: 8,
  maxFuzzyWords: 16,
}

/** The resources that can be searched (PS3.18 10.6.1): what the path says before the query parameters. */
export interface QidoResource {
  readonly level: Exclude<QueryLevel, 'patient'>
  readonly studyInstanceUid?: string
  readonly seriesInstanceUid?: string
}

export interface QidoRequest {
  readonly query: Query
  /** Results to answer; `query.limit` is one more, so that the caller can tell that others follow. */
  readonly resultLimit: number
}

interface Draft {
  keys: QueryKey[]
  includeFields: Set<number>
  isAll: boolean
  limit: number
  offset: number
  fuzzy: boolean
}

const studyInstanceUidTag = 0x0020000d
const seriesInstanceUidTag = 0x0020000e

/** Parameters that are not about matching: read elsewhere, or of no effect on what is found. */
const otherParameters = new Set(['accept', 'charset', 'view'])

/**
 * Parses a search (PS3.18 8.3.4). An empty value matches everything and asks for the attribute to be returned. A limit
 * over `maxResults` is answered with that many and a Warning. Throws `query-*` or `path-uid-invalid`.
 */
export function parseQidoRequest(
  resource: QidoResource,
  parameters: URLSearchParams,
  limits: QidoLimits = qidoLimits,
): QidoRequest {
  if (parameters.size > limits.maxParameters) throw limitError('maxParameters', limits.maxParameters)
  const draft: Draft = {
    keys: pathKeys(resource),
    includeFields: new Set(),
    isAll: false,
    limit: limits.maxResults[resource.level],
    offset: 0,
    fuzzy: false,
  }
  const seen = new Set<string>()
  for (const [name, value] of parameters) {
    if (value.length > limits.maxValueLength) throw limitError('maxValueLength', limits.maxValueLength, name)
    readParameter(draft, name, value, { seen, limits })
  }
  if (draft.fuzzy) checkFuzzyWords(draft.keys, limits)
  const resultLimit = Math.min(draft.limit, limits.maxResults[resource.level])
  return {
    resultLimit,
    query: {
      level: resource.level,
      keys: draft.keys,
      includeFields: draft.isAll ? 'all' : [...draft.includeFields],
      limit: resultLimit + 1,
      offset: draft.offset,
      fuzzy: draft.fuzzy,
    },
  }
}

function checkFuzzyWords(keys: readonly QueryKey[], limits: QidoLimits): void {
  for (const { vr, match } of keys) {
    if (vr !== 'PN') continue
    const text = match.kind === 'single' ? match.value : match.kind === 'wildcard' ? match.pattern : ''
    const words = text.split(/[\s^=*?]+/).filter((word) => word !== '')
    if (words.length > limits.maxFuzzyWords) throw limitError('maxFuzzyWords', limits.maxFuzzyWords)
  }
}

/** Throws `path-uid-invalid` unless the text can be a UID in a path. */
export function assertPathUid(uid: string): void {
  if (!isStorableUid(uid)) throw new DicomwebError('path-uid-invalid', 'a UID has digits and dots, at most 64')
}

function pathKeys(resource: QidoResource): QueryKey[] {
  const keys: QueryKey[] = []
  for (const [tag, uid] of [
    [studyInstanceUidTag, resource.studyInstanceUid],
    [seriesInstanceUidTag, resource.seriesInstanceUid],
  ] as const) {
    if (uid === undefined) continue
    assertPathUid(uid)
    keys.push(createKey([tag], { kind: 'single', value: uid }))
  }
  return keys
}

function readParameter(draft: Draft, name: string, value: string, o: { seen: Set<string>; limits: QidoLimits }): void {
  switch (name) {
    case 'includefield':
      readIncludeField(draft, value, o.limits)
      return
    case 'limit':
      draft.limit = wholeNumber(name, value)
      return
    case 'offset':
      draft.offset = wholeNumber(name, value)
      if (draft.offset > o.limits.maxOffset) throw limitError('maxOffset', o.limits.maxOffset, name)
      return
    case 'fuzzymatching':
      draft.fuzzy = trueOrFalse(name, value)
      return
    case 'emptyvaluematching':
    case 'multiplevaluematching':
      // Extensions that change what matches: to ignore them would answer another question.
      if (trueOrFalse(name, value))
        throw new DicomwebError('query-value-invalid', `${name} is not offered`, { parameter: name })
      return
    default:
      if (!otherParameters.has(name)) readKey(draft, name, value, o)
  }
}

function readKey(draft: Draft, name: string, value: string, o: { seen: Set<string>; limits: QidoLimits }): void {
  const path = parseAttributePath(name, o.limits)
  const id = path.map(tagToHex).join('.')
  if (o.seen.has(id)) throw new DicomwebError('query-key-repeated', 'an attribute is given twice', { attribute: id })
  o.seen.add(id)
  const match = parseValue(path.at(-1)!, value, o.limits)
  draft.includeFields.add(path[0]!)
  draft.keys.push(createKey(path, match))
}

function readIncludeField(draft: Draft, value: string, limits: QidoLimits): void {
  for (const name of value.split(',').map((part) => part.trim())) {
    if (name === 'all') draft.isAll = true
    else if (name !== '') draft.includeFields.add(parseAttributePath(name, limits)[0]!)
  }
  if (draft.includeFields.size > limits.maxListLength)
    throw limitError('maxListLength', limits.maxListLength, 'includefield')
}

/** `PatientID`, `00100020`, `RequestAttributesSequence.ScheduledProcedureStepID` (PS3.18 8.3.4.1). */
function parseAttributePath(text: string, limits: QidoLimits): number[] {
  const names = text.split('.')
  if (names.length > limits.maxSequenceDepth) throw limitError('maxSequenceDepth', limits.maxSequenceDepth)
  return names.map((name) => {
    const tag = parseTag(name)
    if (tag !== undefined) return tag
    // The name itself is not repeated: it may be a value that a client put on the wrong side of the equals sign.
    throw new DicomwebError('query-key-unknown', 'a query parameter is no attribute of the data dictionary')
  })
}

function parseValue(tag: number, value: string, limits: QidoLimits): Match {
  try {
    const match = parseMatch(vrOf(tag), value)
    if (match.kind === 'uid-list' && match.uids.length > limits.maxListLength) {
      throw limitError('maxListLength', limits.maxListLength)
    }
    return match
  } catch (error) {
    if (error instanceof DicomwebError) throw error
    throw new DicomwebError(
      'query-value-invalid',
      'the value does not fit its attribute',
      { attribute: tagToHex(tag) },
      error,
    )
  }
}

function createKey(path: readonly number[], match: Match): QueryKey {
  const tag = path.at(-1)!
  const above = path.slice(0, -1)
  const keyword = keywordOf(tag) ?? tagToHex(tag)
  return { tag, keyword, vr: vrOf(tag), match, ...(above.length > 0 && { path: above }) }
}

function wholeNumber(name: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value)
  throw new DicomwebError('query-value-invalid', `${name} is no whole number`, { parameter: name })
}

function trueOrFalse(name: string, value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true'
  throw new DicomwebError('query-value-invalid', `${name} is neither true nor false`, { parameter: name })
}

function limitError(limit: keyof QidoLimits, value: number, parameter?: string): DicomwebError {
  const details = { limit, value, ...(parameter !== undefined && parameterName(parameter)) }
  return new DicomwebError('query-limit-exceeded', `more than ${limit}`, details)
}

/** Only names that are our own vocabulary are repeated in an answer. */
function parameterName(name: string): { parameter: string } | Record<string, never> {
  return ['includefield', 'limit', 'offset'].includes(name) ? { parameter: name } : {}
}
