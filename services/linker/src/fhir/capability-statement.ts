import { type SearchedType, searchParametersOf } from './parse-search.ts'

const PUBLISHED = '2026-11-24'
const searched: readonly SearchedType[] = ['DocumentReference', 'ImagingStudy', 'Endpoint']

/** What this responder can do (R4 CapabilityStatement, kind instance). */
export function capabilityStatement(fhirUrl: string): Record<string, unknown> {
  const resources = searched.map((type) => ({
    type,
    interaction: [{ code: 'read' }, { code: 'search-type' }],
    searchParam: searchParametersOf(type).map((name) => ({ name, type: typeOf(name) })),
  }))
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: PUBLISHED,
    kind: 'instance',
    implementation: { description: 'Vendor Neutral Archive, MHD Document Responder', url: fhirUrl },
    instantiates: ['https://profiles.ihe.net/ITI/MHD/CapabilityStatement/IHE.MHD.DocumentResponder'],
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    rest: [
      {
        mode: 'server',
        security: { description: 'OAuth 2.0 bearer token of the archive' },
        resource: [...resources, { type: 'Binary', interaction: [{ code: 'read' }] }],
      },
    ],
  }
}

function typeOf(name: string): 'date' | 'token' | 'reference' {
  if (name === 'patient') return 'reference'
  return ['date', 'started', 'creation', 'period'].includes(name) ? 'date' : 'token'
}
