import type * as r4 from 'fhir/r4.js'

/** FHIR JSON in UTF-8 (`application/fhir+json`). Equal resources give equal bytes. */
export function encodeFhir(resource: r4.FhirResource): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(resource))
}
