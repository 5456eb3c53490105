import type * as r4 from 'fhir/r4.js'
import { searchLimits } from './parse-search.ts'
import { type SearchedType, searchIncludes, searchParameters, sortKeys } from './search-parameters.ts'

const published = '2026-11-24'
const searched: readonly SearchedType[] = ['DocumentReference', 'ImagingStudy', 'Endpoint']

/** What this responder can do (R4 CapabilityStatement, kind instance). */
export function capabilityStatement(fhirUrl: string): r4.CapabilityStatement {
  const resources = searched.map(
    (type): r4.CapabilityStatementRestResource => ({
      type,
      documentation: documentationOf(type),
      interaction: [{ code: 'read' }, { code: 'search-type' }],
      ...(searchIncludes[type].length > 0 && { searchInclude: [...searchIncludes[type]] }),
      searchParam: searchParamsOf(type),
    }),
  )
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: published,
    kind: 'instance',
    implementation: { description: 'Vendor Neutral Archive, MHD Document Responder', url: fhirUrl },
    instantiates: ['https://profiles.ihe.net/ITI/MHD/CapabilityStatement/IHE.MHD.DocumentResponder'],
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    rest: [
      {
        mode: 'server',
        documentation:
          'A parameter that is not supported is refused, and ignored after Prefer: handling=lenient. Every search may be sent by POST to _search.',
        security: { description: 'OAuth 2.0 bearer token of the archive' },
        resource: [...resources, { type: 'Binary', interaction: [{ code: 'read' }] }],
      },
    ],
  }
}

/** By their names alone: a modifier is none, and those with one are told in words. */
function searchParamsOf(type: SearchedType): r4.CapabilityStatementRestResourceSearchParam[] {
  return Object.entries(searchParameters[type])
    .filter(([name]) => !name.includes(':'))
    .map(([name, parameter]) => ({ name, type: parameter.type }))
}

function documentationOf(type: SearchedType): string {
  const modified = Object.keys(searchParameters[type]).filter((name) => name.includes(':'))
  const sorts = Object.keys(sortKeys[type]).flatMap((name) => [name, `-${name}`])
  return [
    `_count: ${searchLimits.defaultCount} where absent, ${searchLimits.maxCount} at most, 0 for the total alone`,
    ...(modified.length > 0 ? [`also ${modified.join(', ')}`] : []),
    ...(sorts.length > 0 ? [`_sort: one of ${sorts.join(', ')}`] : []),
  ].join('; ')
}
