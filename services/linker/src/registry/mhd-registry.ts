import { callFhir, type FhirClientOptions } from './fhir-client.ts'
import { objectOf } from './operation-outcome.ts'
import { type EntryReferences, type Registry, type RegistryEntry, RegistryError } from './registry.ts'

export interface MhdRegistryOptions extends FhirClientOptions {
  readonly search: 'identifier' | 'none'
  readonly withdraw: 'delete' | 'entered-in-error'
}

/** Identifiers asked for in one request: the URL stays under 2 KB. */
const maxIdentifiersPerSearch = 20
const kosFormat = '1.2.840.10008.5.1.4.1.1.88.59'
const oidPrefix = 'urn:oid:'

/** An external Document Recipient and Responder (IHE MHD): ITI-65 to register, ITI-67 to ask, deletion to withdraw. */
export function createMhdRegistry(options: MhdRegistryOptions): Registry {
  return {
    kind: 'mhd',
    isExternal: true,
    submit: async ({ bundle }, signal) =>
      referencesOf(await callFhir(options, { method: 'POST', path: '', body: bundle(), signal })),
    findCurrent: (manifestUids, signal) => findCurrent(options, manifestUids, signal),
    withdraw: (reference, signal) => withdraw(options, reference, signal),
  }
}

/** transaction-response: an entry for each of the request, the SubmissionSet first, then KOS and FHIR with their Binary. */
function referencesOf(answer: unknown): EntryReferences {
  const { resourceType, type, entry } = objectOf(answer)
  const places = Array.isArray(entry)
    ? entry.map((item) => String(objectOf(objectOf(item).response).location ?? ''))
    : []
  const documents = places.flatMap((location) => /DocumentReference\/[A-Za-z0-9.-]{1,64}/.exec(location)?.[0] ?? [])
  const [kos, fhir] = documents
  if (resourceType !== 'Bundle' || type !== 'transaction-response' || kos === undefined || fhir === undefined) {
    throw new RegistryError('garbage', { text: 'the answer is no transaction-response', isUncertain: true })
  }
  return { kos, fhir }
}

async function findCurrent(
  options: MhdRegistryOptions,
  manifestUids: readonly string[],
  signal: AbortSignal,
): Promise<readonly RegistryEntry[] | undefined> {
  if (options.search === 'none') return undefined
  const found: RegistryEntry[] = []
  for (let place = 0; place < manifestUids.length; place += maxIdentifiersPerSearch) {
    const part = manifestUids.slice(place, place + maxIdentifiersPerSearch)
    found.push(...(await searchEntries(options, part, signal)))
  }
  return found
}

/** ITI-67 by master identifier. `_count` covers both formats of each, so there is no second page to follow. */
async function searchEntries(
  options: MhdRegistryOptions,
  manifestUids: readonly string[],
  signal: AbortSignal,
): Promise<readonly RegistryEntry[]> {
  const identifiers = manifestUids.map((uid) => `urn:ietf:rfc:3986|${oidPrefix}${uid}`).join(',')
  const parameters = new URLSearchParams({ identifier: identifiers, status: 'current', _count: '200' })
  const answer = objectOf(
    await callFhir(options, { method: 'GET', path: `DocumentReference?${parameters}`, signal, accepted: [] }),
  )
  if (answer.resourceType !== 'Bundle' || answer.type !== 'searchset') {
    throw new RegistryError('garbage', { text: 'the answer is no searchset' })
  }
  const entries = Array.isArray(answer.entry) ? answer.entry : []
  const wanted = new Set(manifestUids)
  return entries
    .flatMap((entry) => entryOf(objectOf(objectOf(entry).resource)))
    .filter((entry) => wanted.has(entry.manifestUid))
}

function entryOf(resource: Readonly<Record<string, unknown>>): readonly RegistryEntry[] {
  const { resourceType, id, status, masterIdentifier, content } = resource
  const manifestUid = String(objectOf(masterIdentifier).value ?? '').replace(oidPrefix, '')
  if (resourceType !== 'DocumentReference' || status !== 'current' || typeof id !== 'string') return []
  const [first] = Array.isArray(content) ? content : []
  const isKos = objectOf(objectOf(first).format).code === kosFormat
  return [{ manifestUid, format: isKos ? 'kos' : 'fhir', reference: `DocumentReference/${id}` }]
}

async function withdraw(options: MhdRegistryOptions, reference: string, signal: AbortSignal): Promise<void> {
  if (options.withdraw === 'delete') {
    await callFhir(options, { method: 'DELETE', path: reference, signal, accepted: [404, 410] })
    return
  }
  const resource = objectOf(await callFhir(options, { method: 'GET', path: reference, signal, accepted: [404, 410] }))
  if (resource.resourceType !== 'DocumentReference') return
  const body = Buffer.from(JSON.stringify({ ...resource, status: 'entered-in-error' }))
  await callFhir(options, { method: 'PUT', path: reference, body, signal })
}
