import type { EntryCode, ManifestOrder, ManifestSearch } from '@vna/record'
import { momentSpanOf } from './search-moments.ts'
import { daySpanOf, invalid, issuerOfSystem, type Token, tokensOf, uidOf, uuidsOf } from './search-tokens.ts'

export type SearchedType = 'DocumentReference' | 'ImagingStudy' | 'Endpoint'

export interface SearchContext {
  /** The archive's own time zone, like `+0100`. */
  readonly zone: string
}

export interface SearchParameter {
  readonly type: 'date' | 'token' | 'reference' | 'string'
  parse(name: string, values: readonly string[], context: SearchContext): Partial<ManifestSearch>
}

const kosFormat = '1.2.840.10008.5.1.4.1.1.88.59'
const fhirFormat = 'urn:ihe:rad:MADO:fhir-manifest:2026'

type ParseTokens = (tokens: readonly Token[], name: string) => Partial<ManifestSearch>

function token(parse: ParseTokens, type: SearchParameter['type'] = 'token'): SearchParameter {
  return { type, parse: (name, values) => parse(tokens(name, values), name) }
}

function moments(key: 'created' | 'changed'): SearchParameter {
  return {
    type: 'date',
    parse: (name, values, { zone }) => ({ [key]: values.map((value) => momentSpanOf(name, value, zone)) }),
  }
}

function code(name: EntryCode): SearchParameter {
  return token((all) => ({ codes: [{ code: name, tokens: all }] }))
}

const nothing: Partial<ManifestSearch> = { studyInstanceUids: [] }

const ofPatient: ParseTokens = (all) => ({
  patients: all.map(({ system, value }) => ({ issuer: issuerOfSystem(system), identifier: value.toUpperCase() })),
})
const ofStudy: ParseTokens = (all, name) => ({ studyInstanceUids: all.map((one) => uidOf(name, one)) })
const ofAccession: ParseTokens = (all) => ({
  accessions: all.map(({ system, value }) => {
    const issuer = issuerOfSystem(system)
    return issuer === undefined ? value : `${issuer}|${value}`
  }),
})
const studyDate: SearchParameter = {
  type: 'date',
  parse: (name, values) => ({ studyDates: values.map((value) => daySpanOf(name, value)) }),
}
const valuesOf = (all: readonly Token[]) => all.map(({ value }) => value)

/** Beside the standard names those of MADO, and the ones a RIS would try. */
const shared: Readonly<Record<string, SearchParameter>> = {
  patient: token(ofPatient, 'reference'),
  'patient.identifier': token(ofPatient),
  'patient:identifier': token(ofPatient),
  'subject:identifier': token(ofPatient),
  'study-instance-uid': token(ofStudy),
  accession: token(ofAccession),
  'accession-number': token(ofAccession),
  modality: token((all) => ({ modalities: valuesOf(all) })),
  bodysite: token((all) => ({ regions: valuesOf(all) })),
  _lastUpdated: moments('changed'),
}

/** No document of ours has a person as its author; ITI-67 wants the question answered all the same. */
const ofAuthor: SearchParameter = { type: 'string', parse: () => nothing }

/** ITI-67 in full, but for the Target Communities Option. */
const documentParameters: Readonly<Record<string, SearchParameter>> = {
  ...shared,
  _id: token((all) => ({ entryIds: uuidsOf(valuesOf(all)) })),
  'author.given': ofAuthor,
  'author.family': ofAuthor,
  category: code('category'),
  creation: moments('created'),
  date: moments('created'),
  event: code('event'),
  facility: code('facility'),
  format: token((all) => ({ formats: all.flatMap(formatOf) })),
  identifier: token(ofDocument),
  period: studyDate,
  related: token(ofImagingStudy, 'reference'),
  'related:identifier': token((all) => ({ related: all })),
  'security-label': code('security-label'),
  setting: code('setting'),
  status: token((all) => ({ states: all.flatMap(stateOf) })),
  type: code('type'),
}

const studyParameters: Readonly<Record<string, SearchParameter>> = {
  ...shared,
  _id: token((all) => ({ imagingStudyIds: uuidsOf(valuesOf(all)) })),
  identifier: token(ofStudy),
  'basedon:identifier': token(ofAccession),
  date: studyDate,
  started: studyDate,
  // All of ours are available.
  status: token((all) => (valuesOf(all).includes('available') ? {} : nothing)),
}

export const searchParameters: Readonly<Record<SearchedType, Readonly<Record<string, SearchParameter>>>> = {
  DocumentReference: documentParameters,
  ImagingStudy: studyParameters,
  Endpoint: { _id: token((all) => ({ viewerEndpointIds: uuidsOf(valuesOf(all)) })) },
}

export const sortKeys: Readonly<Record<SearchedType, Readonly<Record<string, ManifestOrder['by']>>>> = {
  DocumentReference: { date: 'created', creation: 'created', period: 'studyDate', _lastUpdated: 'changed' },
  ImagingStudy: { date: 'studyDate', started: 'studyDate', _lastUpdated: 'changed' },
  Endpoint: {},
}

/** `_include` of R4: references that lead to something here. */
export const searchIncludes = {
  DocumentReference: ['DocumentReference:relatesto'],
  ImagingStudy: ['ImagingStudy:endpoint'],
  Endpoint: [],
} as const satisfies Readonly<Record<SearchedType, readonly string[]>>

export type SearchInclude = (typeof searchIncludes)[SearchedType][number]

function tokens(name: string, values: readonly string[]): readonly Token[] {
  const [value, ...others] = values
  if (value === undefined || others.length > 0) throw invalid(name, 'is given twice')
  return tokensOf(name, value)
}

/** Master identifier (an OID) or entryUUID. */
function ofDocument(all: readonly Token[], name: string): Partial<ManifestSearch> {
  const entryIds = uuidsOf(all.map(({ value }) => value.replace(/^urn:uuid:/, '')))
  if (entryIds.length === all.length) return { entryIds }
  return { manifestUids: all.map((one) => uidOf(name, one)) }
}

/** The entries name their study by identifier; a client may have our address of it. */
function ofImagingStudy(all: readonly Token[]): Partial<ManifestSearch> {
  const ids = valuesOf(all).map((value) => /(?:^|\/)ImagingStudy\/([^/]+)$/.exec(value)?.[1] ?? '')
  return { imagingStudyIds: uuidsOf(ids) }
}

function stateOf({ value }: Token): readonly ('REGISTERED' | 'SUPERSEDED')[] {
  if (value === 'current') return ['REGISTERED']
  return value === 'superseded' ? ['SUPERSEDED'] : []
}

function formatOf({ value }: Token): readonly ('kos' | 'fhir')[] {
  if (value === kosFormat) return ['kos']
  return value === fhirFormat ? ['fhir'] : []
}
