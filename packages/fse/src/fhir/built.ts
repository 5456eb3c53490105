import type * as r4 from 'fhir/r4.js'

/** A type of R4 with fields that are always written here, though R4 lets them be absent. */
export type With<T, K extends keyof T> = T & { readonly [P in K]-?: NonNullable<T[P]> }

export type BuiltBundle = Omit<r4.Bundle, 'entry'> & {
  readonly id: string
  entry: With<r4.BundleEntry<r4.FhirResource>, 'fullUrl' | 'resource'>[]
}
export type BuiltDocumentReference = With<r4.DocumentReference, 'id' | 'identifier' | 'category' | 'securityLabel'> & {
  context: With<r4.DocumentReferenceContext, 'facilityType' | 'practiceSetting' | 'related'>
}
export type BuiltEndpoint = With<r4.Endpoint, 'id'>
export type BuiltImagingStudy = With<r4.ImagingStudy, 'id' | 'identifier' | 'series'>
export type BuiltList = With<r4.List, 'id' | 'identifier' | 'entry'>
