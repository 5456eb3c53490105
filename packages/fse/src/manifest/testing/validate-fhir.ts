import { Fhir } from 'fhir'

/** Errors of the resource against the base definitions of R4: cardinality, types, required codes, unknown properties. */
export function fhirErrorsOf(resource: unknown): readonly string[] {
  const { messages } = new Fhir().validate(structuredClone(resource) as object, { errorOnUnexpected: true })
  return messages
    .filter(({ severity }) => severity === 'error')
    .map(({ location, message }) => `${location}: ${message}`)
}
