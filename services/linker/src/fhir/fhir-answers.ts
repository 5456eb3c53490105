import type { Principal } from '@vna/access'
import type { FoundPage, Predicate } from '@vna/catalog'
import { ProblemError, requestBaseUrl } from '@vna/dicomweb'
import type { Request, Response } from 'express'
import { principalOf } from '../http/principal.ts'
import type { LinkerParts } from '../linker-parts.ts'
import { allow } from '../publication/allow.ts'
import { type ManifestSettings, publicUrlOf } from '../publication/manifest-options.ts'
import {
  documentReferenceResource,
  imagingStudyResource,
  viewerEndpointResource,
  wadoEndpointResource,
} from './fhir-resources.ts'
import { sendFhir } from './operation-outcome.ts'
import { cursorText, type FhirSearch, parseFhirSearch, type SearchedType } from './parse-search.ts'
import { uuidsOf } from './search-tokens.ts'

export interface FhirParts extends LinkerParts {
  readonly settings: ManifestSettings
}

type Found = FoundPage<unknown>['next']
interface Resources {
  readonly total: number
  readonly resources: readonly { readonly resourceType?: unknown; readonly id?: unknown }[]
  readonly next: Found
}

export function fhirUrlOf({ config }: LinkerParts, request: Request): string {
  const fallback = new URL(publicUrlOf(config)).host
  return `${requestBaseUrl({ headers: request.headers, isTls: 'encrypted' in request.socket }, fallback)}/fhir`
}

/** A search of one resource type, by GET or by POST to `_search`. */
export async function answerSearch(
  parts: FhirParts,
  type: SearchedType,
  request: Request,
  response: Response,
): Promise<void> {
  const asked = askedOf(request)
  const search = parseFhirSearch(type, asked)
  const object = { resource: type, keys: search.keys }
  const predicate = await allow(parts, principalOf(request), { action: { kind: 'search' }, object })
  const fhirUrl = fhirUrlOf(parts, request)
  const { total, resources, next } = await find(parts, type, { search, predicate, fhirUrl })
  sendFhir(response, {
    resourceType: 'Bundle',
    type: 'searchset',
    total,
    link: linksOf(`${fhirUrl}/${type}`, asked, next),
    ...(resources.length > 0 && {
      entry: resources.map((resource) => ({
        fullUrl: `${fhirUrl}/${type}/${String(resource.id)}`,
        resource,
        search: { mode: 'match' },
      })),
    }),
  })
}

/** One resource; what the caller may not see is answered as what is not there. */
export async function answerRead(
  parts: FhirParts,
  type: SearchedType,
  request: Request,
  response: Response,
): Promise<void> {
  const principal = principalOf(request)
  const id = idOf(request)
  const predicate = await allow(parts, principal, { action: { kind: 'search' }, object: { resource: type, id } })
  const search: FhirSearch = { ...parseFhirSearch(type, new URLSearchParams({ _id: id })), limit: 1 }
  const { resources } = await find(parts, type, { search, predicate, fhirUrl: fhirUrlOf(parts, request) })
  const [resource] = resources
  if (resource === undefined) throw await absent(parts, principal, { resource: type, id })
  sendFhir(response, resource)
}

/** The document itself, in its own media type; as Binary resource where a client wants FHIR and the document is none. */
export async function answerBinary(parts: FhirParts, request: Request, response: Response): Promise<void> {
  const principal = principalOf(request)
  const id = idOf(request)
  const predicate = await allow(parts, principal, { action: { kind: 'retrieve' }, object: { resource: 'Binary', id } })
  const { catalog, store } = parts
  const found = await catalog.publications.searchEntries({ entryIds: uuidsOf([id]) }, predicate, { limit: 1 })
  const [entry] = found.items
  if (entry === undefined) throw await absent(parts, principal, { resource: 'Binary', id })
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

function find(parts: FhirParts, type: SearchedType, wanted: Wanted): Promise<Resources> {
  switch (type) {
    case 'DocumentReference':
      return findDocuments(parts, wanted)
    case 'ImagingStudy':
      return findStudies(parts, wanted)
    case 'Endpoint':
      return findEndpoints(parts, wanted)
  }
}

async function findDocuments({ catalog }: FhirParts, { search, predicate, fhirUrl }: Wanted): Promise<Resources> {
  const page = await catalog.publications.searchEntries(search.search, predicate, search)
  return { ...page, resources: page.items.map((entry) => documentReferenceResource(entry, fhirUrl)) }
}

/** Read one after the other: each may be large. */
async function findStudies({ catalog, settings }: FhirParts, { search, predicate }: Wanted): Promise<Resources> {
  const page = await catalog.publications.searchStudies(search.search, predicate, search)
  const resources: Resources['resources'][number][] = []
  for (const { studyInstanceUid } of page.items) {
    const study = await catalog.publications.readManifestStudy(studyInstanceUid, predicate)
    if (study !== undefined && study.requests.length > 0) resources.push(imagingStudyResource(study, settings))
  }
  return { ...page, resources }
}

async function findEndpoints({ catalog, settings }: FhirParts, { search, predicate }: Wanted): Promise<Resources> {
  const wado = wadoEndpointResource(settings)
  const { viewerEndpointIds } = search.search
  if (viewerEndpointIds === undefined) return { total: 1, resources: [wado], next: undefined }
  const own = viewerEndpointIds.includes(wado.id) ? [wado] : []
  const { items } = await catalog.publications.searchStudies({ viewerEndpointIds }, predicate, search)
  const viewers = items.flatMap(({ studyInstanceUid }) => viewerEndpointResource(studyInstanceUid, settings) ?? [])
  const resources = [...own, ...viewers]
  return { total: resources.length, resources, next: undefined }
}

function askedOf(request: Request): URLSearchParams {
  const query = new URL(request.originalUrl, 'http://localhost').searchParams
  const form = typeof request.body === 'string' ? new URLSearchParams(request.body) : new URLSearchParams()
  return new URLSearchParams([...query, ...form])
}

function linksOf(url: string, asked: URLSearchParams, next: Found): readonly { relation: string; url: string }[] {
  const self = asked.size === 0 ? url : `${url}?${asked}`
  if (next === undefined) return [{ relation: 'self', url: self }]
  const following = new URLSearchParams(asked)
  following.set('_after', cursorText(next))
  return [
    { relation: 'self', url: self },
    { relation: 'next', url: `${url}?${following}` },
  ]
}

async function absent(
  { audit }: LinkerParts,
  principal: Principal,
  object: Readonly<Record<string, unknown>>,
): Promise<ProblemError> {
  await audit.record({ principal, action: 'retrieve', outcome: 'not-found', object })
  return new ProblemError('not-found', 'there is no such resource')
}

/** As a client sent it, cut: it goes into the audit trail. */
function idOf(request: Request): string {
  const { id } = request.params
  return typeof id === 'string' ? id.slice(0, 64) : ''
}
