import type { FhirResource } from './resources.ts'

/** FHIR JSON in UTF-8 (`application/fhir+json`). Equal resources give equal bytes. */
export function encodeFhir(resource: FhirResource): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(resource))
}
