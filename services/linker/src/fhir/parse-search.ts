import type { ManifestCursor, ManifestSearch } from '@vna/catalog'
import { ProblemError } from '@vna/dicomweb'
import { daySpanOf, invalid, issuerOfSystem, type Token, tokensOf, uidOf, uuidsOf } from './search-tokens.ts'

export type SearchedType = 'DocumentReference' | 'ImagingStudy' | 'Endpoint'

export interface FhirSearch {
  readonly search: ManifestSearch
  readonly limit: number
  readonly after: ManifestCursor | undefined
  /** Names of the keys, for the audit trail; never their values. */
  readonly keys: readonly string[]
}

export const searchLimits = { defaultCount: 20, maxCount: 100 } as const

type Parse = (name: string, values: readonly string[]) => Partial<ManifestSearch>

const kosFormat = '1.2.840.10008.5.1.4.1.1.88.59'
const fhirFormat = 'urn:ihe:rad:MADO:fhir-manifest:2026'

const patient: Parse = (name, values) => ({
  patients: tokens(name, values).map(({ system, value }) => ({
    issuer: issuerOfSystem(system),
    identifier: value.toUpperCase(),
  })),
})
const study: Parse = (name, values) => ({ studyInstanceUids: tokens(name, values).map((token) => uidOf(name, token)) })
const accession: Parse = (name, values) => ({
  accessions: tokens(name, values).map(({ system, value }) => {
    const issuer = issuerOfSystem(system)
    return issuer === undefined ? value : `${issuer}|${value}`
  }),
})
const modality: Parse = (name, values) => ({ modalities: tokens(name, values).map(({ value }) => value) })
const bodySite: Parse = (name, values) => ({ regions: tokens(name, values).map(({ value }) => value) })
const studyDate: Parse = (name, values) => ({ studyDates: values.map((value) => daySpanOf(name, value)) })

/** Beside the standard names those of MADO, and the ones a RIS would try. */
const shared: Readonly<Record<string, Parse>> = {
  patient,
  'patient.identifier': patient,
  'patient:identifier': patient,
  'subject:identifier': patient,
  'study-instance-uid': study,
  accession,
  'accession-number': accession,
  modality,
  bodysite: bodySite,
}

const parameters: Readonly<Record<SearchedType, Readonly<Record<string, Parse>>>> = {
  DocumentReference: {
    ...shared,
    _id: (name, values) => ({ entryIds: uuidsOf(tokens(name, values).map(({ value }) => value)) }),
    identifier: documentIdentifier,
    status: (name, values) => ({ states: tokens(name, values).flatMap(stateOf) }),
    format: (name, values) => ({ formats: tokens(name, values).flatMap(formatOf) }),
    date: (name, values) => ({ createdDates: values.map((value) => daySpanOf(name, value)) }),
    creation: (name, values) => ({ createdDates: values.map((value) => daySpanOf(name, value)) }),
    period: studyDate,
    'related:identifier': study,
  },
  ImagingStudy: {
    ...shared,
    _id: (name, values) => ({ imagingStudyIds: uuidsOf(tokens(name, values).map(({ value }) => value)) }),
    identifier: study,
    'basedon:identifier': accession,
    date: studyDate,
    started: studyDate,
    // All of ours are available.
    status: (name, values) =>
      tokens(name, values).some(({ value }) => value === 'available') ? {} : { studyInstanceUids: [] },
  },
  Endpoint: {
    _id: (name, values) => ({ viewerEndpointIds: uuidsOf(tokens(name, values).map(({ value }) => value)) }),
  },
}

/** A search as the catalog makes it. A parameter nobody knows is refused: leaving it out would find too much. */
export function parseFhirSearch(type: SearchedType, asked: URLSearchParams): FhirSearch {
  const known = parameters[type]
  const names = [...new Set(asked.keys())].filter((name) => !isOfAnswer(name))
  let search: ManifestSearch = {}
  for (const name of names) {
    const parse = Object.hasOwn(known, name) ? known[name] : undefined
    if (parse === undefined) throw new ProblemError('unknown-attribute', 'a search parameter is not known')
    const parsed = parse(name, asked.getAll(name))
    const repeated = Object.keys(parsed).some((key) => key in search)
    if (repeated) throw invalid(name, 'says again what another parameter says')
    search = { ...search, ...parsed }
  }
  return { search, limit: countOf(asked.get('_count')), after: cursorOf(asked.get('_after')), keys: names }
}

export function searchParametersOf(type: SearchedType): readonly string[] {
  return Object.keys(parameters[type])
}

export function cursorText({ studyDate: date, id }: ManifestCursor): string {
  return `${date === '' ? 'none' : date}.${id}`
}

function isOfAnswer(name: string): boolean {
  return ['_count', '_after', '_format', '_pretty'].includes(name)
}

function tokens(name: string, values: readonly string[]): readonly Token[] {
  const [value, ...others] = values
  if (value === undefined || others.length > 0) throw invalid(name, 'is given twice')
  return tokensOf(name, value)
}

/** Master identifier (an OID) or entryUUID. */
function documentIdentifier(name: string, values: readonly string[]): Partial<ManifestSearch> {
  const all = tokens(name, values)
  const entryIds = uuidsOf(all.map(({ value }) => value.replace(/^urn:uuid:/, '')))
  if (entryIds.length === all.length) return { entryIds }
  return { manifestUids: all.map((token) => uidOf(name, token)) }
}

function stateOf({ value }: Token): readonly ('REGISTERED' | 'SUPERSEDED')[] {
  if (value === 'current') return ['REGISTERED']
  return value === 'superseded' ? ['SUPERSEDED'] : []
}

function formatOf({ value }: Token): readonly ('kos' | 'fhir')[] {
  if (value === kosFormat) return ['kos']
  return value === fhirFormat ? ['fhir'] : []
}

function countOf(text: string | null): number {
  if (text === null) return searchLimits.defaultCount
  if (!/^\d{1,6}$/.test(text)) throw invalid('_count', 'is no number')
  return Math.min(Math.max(1, Number(text)), searchLimits.maxCount)
}

function cursorOf(text: string | null): ManifestCursor | undefined {
  if (text === null) return undefined
  const [date = '', id = ''] = text.split('.')
  if (!/^(\d{8}|none)$/.test(date) || uuidsOf([id]).length === 0) throw invalid('_after', 'is no place in this search')
  return { studyDate: date === 'none' ? '' : date, id }
}
