import type { Grant } from '@vna/access'
import type { Predicate } from '@vna/catalog'
import { baseUrlOf, getCaller, ProblemError } from '@vna/http'
import type { FoundPage } from '@vna/record'
import type { Request, Response } from 'express'
import type * as r4 from 'fhir/r4.js'
import type { LinkerDependencies } from '../linker-dependencies.ts'
import { type ManifestSettings, publicUrlOf } from '../publication/manifest-options.ts'
import { capabilityStatement } from './capability-statement.ts'
import {
  documentReferenceResource,
  imagingStudyResource,
  viewerEndpointResources,
  wadoEndpointResource,
} from './fhir-resources.ts'
import { sendFhir, warning } from './operation-outcome.ts'
import { cursorText, type FhirSearch, isLenientlyAsked, parseFhirSearch, searchLimits } from './parse-search.ts'
import type { SearchedType } from './search-parameters.ts'
import { uuidsOf } from './search-tokens.ts'

export interface FhirDependencies extends LinkerDependencies {
  readonly settings: ManifestSettings
}

type Found = FoundPage<unknown>['next']
interface Resources {
  readonly total: number
  readonly resources: readonly r4.FhirResource[]
  /** What the found ones point at, as far as the search wants it and the caller may see it. */
  readonly included: readonly r4.FhirResource[]
  readonly next: Found
}

function fhirUrlOf({ config }: LinkerDependencies, request: Request): string {
  const fallback = new URL(publicUrlOf(config)).host
  return `${baseUrlOf(request, fallback)}/fhir`
}

/** What the archive can do, for whoever may come in. */
export async function answerCapabilities(
  dependencies: FhirDependencies,
  request: Request,
  response: Response,
): Promise<void> {
  await dependencies.access.authorize(getCaller(request), { kind: 'describe' }, { resource: 'CapabilityStatement' })
  sendFhir(response, capabilityStatement(fhirUrlOf(dependencies, request)))
}

/** A search of one resource type, by GET or by POST to `_search`. */
export async function answerSearch(
  dependencies: FhirDependencies,
  type: SearchedType,
  request: Request,
  response: Response,
): Promise<void> {
  const isLenient = isLenientlyAsked(request.headers.prefer?.toString())
  const search = parseFhirSearch(type, askedOf(request), { zone: dependencies.settings.timezoneOffset, isLenient })
  const object = { resource: type, keys: search.keys }
  const { predicate } = await dependencies.access.authorize(getCaller(request), { kind: 'search' }, object)
  const fhirUrl = fhirUrlOf(dependencies, request)
  const found = await find(dependencies, type, { search, predicate, fhirUrl })
  const entry = entriesOf(found, search, fhirUrl)
  sendFhir(response, {
    resourceType: 'Bundle',
    type: 'searchset',
    total: found.total,
    link: linksOf(`${fhirUrl}/${type}`, search.used, found.next),
    ...(entry.length > 0 && { entry }),
  })
}

function entriesOf(
  { resources, included }: Resources,
  { ignored }: FhirSearch,
  fhirUrl: string,
): r4.BundleEntry<r4.FhirResource>[] {
  const entryOf = (mode: 'match' | 'include') => (resource: r4.FhirResource) => ({
    fullUrl: `${fhirUrl}/${String(resource.resourceType)}/${String(resource.id)}`,
    resource,
    search: { mode },
  })
  // By number: names may be anything.
  const outcome = warning(`${ignored} parameters of the search are not supported and were ignored`)
  return [
    ...resources.map(entryOf('match')),
    ...included.map(entryOf('include')),
    ...(ignored > 0 ? [{ resource: outcome, search: { mode: 'outcome' as const } }] : []),
  ]
}

/** One resource; what the caller may not see is answered as what is not there. */
export async function answerRead(
  dependencies: FhirDependencies,
  type: SearchedType,
  request: Request,
  response: Response,
): Promise<void> {
  const id = idOf(request)
  const grant = await dependencies.access.authorize(getCaller(request), { kind: 'search' }, { resource: type, id })
  const { predicate } = grant
  const options = { zone: dependencies.settings.timezoneOffset, isLenient: false }
  const search: FhirSearch = { ...parseFhirSearch(type, new URLSearchParams({ _id: id }), options), limit: 1 }
  const { resources } = await find(dependencies, type, { search, predicate, fhirUrl: fhirUrlOf(dependencies, request) })
  const [resource] = resources
  if (resource === undefined) throw await absent(grant)
  sendFhir(response, resource)
}

/** The document itself, in its own media type; as Binary resource where a client wants FHIR and the document is none. */
export async function answerBinary(
  dependencies: FhirDependencies,
  request: Request,
  response: Response,
): Promise<void> {
  const id = idOf(request)
  const grant = await dependencies.access.authorize(
    getCaller(request),
    { kind: 'retrieve' },
    { resource: 'Binary', id },
  )
  const { healthRecord, store } = dependencies
  const found = await healthRecord.publications.searchEntries({ entryIds: uuidsOf([id]) }, grant.predicate, {
    limit: 1,
  })
  const [entry] = found.items
  if (entry === undefined) throw await absent(grant)
  const bytes = await store.read(entry.manifest[entry.format].key)
  const contentType = entry.format === 'kos' ? 'application/dicom' : 'application/fhir+json'
  const wantsFhir = /application\/(fhir\+)?json/.test(request.headers.accept ?? '')
  if (entry.format === 'kos' && wantsFhir) {
    sendFhir(response, { resourceType: 'Binary', id, contentType, data: Buffer.from(bytes).toString('base64') })
    return
  }
  response.set({ 'content-type': contentType, 'cache-control': 'private, no-store' }).send(Buffer.from(bytes))
}

interface Wanted {
  readonly search: FhirSearch
  readonly predicate: Predicate
  readonly fhirUrl: string
}

function find(dependencies: FhirDependencies, type: SearchedType, wanted: Wanted): Promise<Resources> {
  switch (type) {
    case 'DocumentReference':
      return findDocuments(dependencies, wanted)
    case 'ImagingStudy':
      return findStudies(dependencies, wanted)
    case 'Endpoint':
      return findEndpoints(dependencies, wanted)
  }
}

async function findDocuments(
  { healthRecord }: FhirDependencies,
  { search, predicate, fhirUrl }: Wanted,
): Promise<Resources> {
  const page = await healthRecord.publications.searchEntries(search.search, predicate, search)
  const resources = page.items.map((entry) => documentReferenceResource(entry, fhirUrl))
  if (!search.includes.includes('DocumentReference:relatesto')) return { ...page, resources, included: [] }
  const others = relatedIdsOf(resources).filter((id) => resources.every((resource) => resource.id !== id))
  const entryIds = uuidsOf(others)
  const related = await healthRecord.publications.searchEntries({ entryIds }, predicate, { limit: maxIncluded })
  return { ...page, resources, included: related.items.map((entry) => documentReferenceResource(entry, fhirUrl)) }
}

/** An entry points at its former version and at the other format. */
const maxIncluded = 2 * searchLimits.maxCount

function relatedIdsOf(entries: readonly r4.DocumentReference[]): readonly string[] {
  const references = entries.flatMap(({ relatesTo = [] }) => relatesTo.flatMap(({ target }) => target.reference ?? []))
  return [...new Set(references.map((reference) => reference.replace(/^DocumentReference\//, '')))]
}

/** Read one after the other: each may be large. */
async function findStudies(
  { healthRecord, settings }: FhirDependencies,
  { search, predicate }: Wanted,
): Promise<Resources> {
  const page = await healthRecord.publications.searchStudies(search.search, predicate, search)
  const resources: r4.FhirResource[] = []
  const viewers: r4.FhirResource[] = []
  for (const { studyInstanceUid, changedAt } of page.items) {
    const study = await healthRecord.publications.readManifestStudy(studyInstanceUid, predicate)
    if (study === undefined || study.requests.length === 0) continue
    resources.push(imagingStudyResource(study, changedAt, settings))
    viewers.push(...viewerEndpointResources(studyInstanceUid, settings))
  }
  const hasEndpoints = search.includes.includes('ImagingStudy:endpoint') && resources.length > 0
  return { ...page, resources, included: hasEndpoints ? [wadoEndpointResource(settings), ...viewers] : [] }
}

async function findEndpoints(
  { healthRecord, settings }: FhirDependencies,
  { search, predicate }: Wanted,
): Promise<Resources> {
  const wado = wadoEndpointResource(settings)
  const { viewerEndpointIds } = search.search
  const none = { included: [], next: undefined }
  if (viewerEndpointIds === undefined) return { ...none, total: 1, resources: search.limit === 0 ? [] : [wado] }
  const own = viewerEndpointIds.includes(wado.id) ? [wado] : []
  const { items } = await healthRecord.publications.searchStudies({ viewerEndpointIds }, predicate, {
    limit: maxIncluded,
  })
  const viewers = items.flatMap(({ studyInstanceUid }) => viewerEndpointResources(studyInstanceUid, settings))
  const resources = [...own, ...viewers]
  return { ...none, total: resources.length, resources: search.limit === 0 ? [] : resources }
}

function askedOf(request: Request): URLSearchParams {
  const query = new URL(request.originalUrl, 'http://localhost').searchParams
  // Of the URL this was seen to before; PostgreSQL takes no NUL in any text.
  if (typeof request.body === 'string' && /%00|\0/.test(request.body)) {
    throw new ProblemError('bad-request', 'the body holds a NUL')
  }
  const form = typeof request.body === 'string' ? new URLSearchParams(request.body) : new URLSearchParams()
  return new URLSearchParams([...query, ...form])
}

/** Tell by what the answer was made: what was ignored is not in them. */
function linksOf(url: string, used: URLSearchParams, next: Found): r4.BundleLink[] {
  const self = used.size === 0 ? url : `${url}?${used}`
  if (next === undefined) return [{ relation: 'self', url: self }]
  const following = new URLSearchParams(used)
  following.set('_after', cursorText(next))
  return [
    { relation: 'self', url: self },
    { relation: 'next', url: `${url}?${following}` },
  ]
}

async function absent(grant: Grant): Promise<ProblemError> {
  await grant.record('not-found')
  return new ProblemError('not-found', 'there is no such resource')
}

/** As a client sent it, cut: it goes into the audit trail. */
function idOf(request: Request): string {
  const { id } = request.params
  return typeof id === 'string' ? id.slice(0, 64) : ''
}
