import { createHash } from 'node:crypto'

/**
 * What a strict Document Recipient demands of a Provide Document Bundle (IHE MHD 4.2, ITI-65 with MADO documents), written
 * from the profile and not from our own code.
 */
export interface Json {
  readonly [key: string]: unknown
}

export interface SubmittedDocument {
  readonly fullUrl: string
  readonly resource: Json
  readonly binary: Json
  readonly masterIdentifier: string
  readonly formatCode: string
  readonly studyUid: string
  readonly replaces: string | undefined
}

export interface CheckedSubmission {
  readonly problems: readonly string[]
  readonly documents: readonly SubmittedDocument[]
}

const listTypes = 'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes'
const formatCodes: ReadonlyMap<string, string> = new Map([
  ['1.2.840.10008.5.1.4.1.1.88.59', 'application/dicom'],
  ['urn:ihe:rad:MADO:fhir-manifest:2026', 'application/fhir+json'],
])
const uri = 'urn:ietf:rfc:3986'

export function checkSubmission(bundle: unknown): CheckedSubmission {
  const problems: string[] = []
  const must = (condition: boolean, problem: string): void => void (condition || problems.push(problem))
  const root = objectOf(bundle)
  must(root.resourceType === 'Bundle' && root.type === 'transaction', 'not a transaction Bundle')
  const entries = arrayOf(root.entry)
  const byUrl = new Map(entries.map((entry) => [String(entry.fullUrl), entry]))
  must(byUrl.size === entries.length, 'fullUrls repeat')
  for (const { fullUrl, request, resource } of entries) {
    must(/^urn:uuid:[0-9a-f-]{36}$/.test(String(fullUrl)), 'a fullUrl is no UUID')
    const { method, url } = objectOf(request)
    must(method === 'POST' && url === objectOf(resource).resourceType, 'an entry is not posted as its type')
  }
  const ofType = (type: string) => entries.filter(({ resource }) => objectOf(resource).resourceType === type)
  checkList(
    ofType('List').map(({ resource }) => objectOf(resource)),
    must,
  )
  const documents = ofType('DocumentReference').map((entry) => documentOf(entry, byUrl, must))
  must(documents.length === 2, 'not one document in each of two formats')
  must(new Set(documents.map(({ masterIdentifier }) => masterIdentifier)).size === 1, 'formats differ in identifier')
  must(new Set(documents.map(({ formatCode }) => formatCode)).size === documents.length, 'a format comes twice')
  checkListed(objectOf(ofType('List')[0]?.resource), documents, must)
  return { problems, documents }
}

type Must = (condition: boolean, problem: string) => void

function checkList(lists: readonly Json[], must: Must): void {
  must(lists.length === 1, 'not one SubmissionSet')
  const list = lists[0] ?? {}
  const [coding] = arrayOf(objectOf(list.code).coding)
  must(coding?.system === listTypes && coding?.code === 'submissionset', 'the List is no submission set')
  must(list.status === 'current' && list.mode === 'working', 'status or mode of the SubmissionSet')
  must(isIsoInstant(list.date), 'date of the SubmissionSet')
  const uses = arrayOf(list.identifier).map(({ use }) => use)
  must(uses.includes('official') && uses.includes('usual'), 'entryUUID or uniqueId of the SubmissionSet')
  const extensions = arrayOf(list.extension).map(({ url }) => String(url))
  must(
    extensions.some((url) => url.endsWith('ihe-sourceId')),
    'sourceId of the SubmissionSet',
  )
}

function checkListed(list: Json, documents: readonly SubmittedDocument[], must: Must): void {
  const listed = arrayOf(list.entry).map(({ item }) => objectOf(item).reference)
  must(
    listed.length === documents.length && documents.every(({ fullUrl }) => listed.includes(fullUrl)),
    'the SubmissionSet does not list its documents',
  )
}

function documentOf(entry: Json, byUrl: ReadonlyMap<string, Json>, must: Must): SubmittedDocument {
  const resource = objectOf(entry.resource)
  const masterIdentifier = String(objectOf(resource.masterIdentifier).value)
  must(/^urn:oid:[0-2](\.(0|[1-9]\d*))+$/.test(masterIdentifier), 'masterIdentifier is no OID')
  must(objectOf(resource.masterIdentifier).system === uri, 'system of masterIdentifier')
  must(
    arrayOf(resource.identifier).some(({ value }) => value === masterIdentifier),
    'identifier does not repeat masterIdentifier',
  )
  must(resource.status === 'current', 'status of a document')
  must(arrayOf(objectOf(resource.type).coding).length > 0, 'type of a document')
  must(arrayOf(resource.category).length === 1, 'category of a document')
  must(arrayOf(resource.securityLabel).length > 0, 'securityLabel of a document')
  must(isIsoInstant(resource.date), 'date of a document')
  must(typeof objectOf(objectOf(resource.subject).identifier).value === 'string', 'subject of a document')
  const context = objectOf(resource.context)
  must(context.facilityType !== undefined && context.practiceSetting !== undefined, 'context of a document')
  const related = arrayOf(context.related).map(({ identifier }) => String(objectOf(identifier).value))
  const studyUid = related.find((value) => value.startsWith('urn:oid:'))?.slice('urn:oid:'.length) ?? ''
  must(studyUid !== '', 'no Study Instance UID among the related identifiers')
  const links = arrayOf(resource.relatesTo).map(({ code, target }) => ({ code, to: objectOf(target).reference }))
  must(
    links.some(({ code, to }) => code === 'transforms' && byUrl.has(String(to))),
    'the formats do not name each other',
  )
  const replaced = links.find(({ code }) => code === 'replaces')?.to
  return {
    fullUrl: String(entry.fullUrl),
    resource,
    masterIdentifier,
    studyUid,
    replaces: replaced === undefined ? undefined : String(replaced),
    ...contentOf(resource, byUrl, must),
  }
}

function contentOf(resource: Json, byUrl: ReadonlyMap<string, Json>, must: Must): { binary: Json; formatCode: string } {
  const [content, ...others] = arrayOf(resource.content)
  must(content !== undefined && others.length === 0, 'not one content')
  const attachment = objectOf(content?.attachment)
  const formatCode = String(objectOf(content?.format).code)
  must(formatCodes.get(formatCode) === attachment.contentType, 'format and media type disagree')
  const binary = objectOf(byUrl.get(String(attachment.url))?.resource)
  must(binary.resourceType === 'Binary', 'the attachment is not in the submission')
  must(binary.contentType === attachment.contentType, 'media type of the Binary')
  const bytes = Buffer.from(String(binary.data ?? ''), 'base64')
  must(bytes.length > 0 && bytes.length === attachment.size, 'size of the attachment')
  must(attachment.hash === createHash('sha1').update(bytes).digest('base64'), 'hash of the attachment')
  must(attachment.language !== undefined && isIsoInstant(attachment.creation), 'language or creation of the attachment')
  return { binary, formatCode }
}

function isIsoInstant(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value)
}

export function objectOf(value: unknown): Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : {}
}

export function arrayOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(objectOf) : []
}
