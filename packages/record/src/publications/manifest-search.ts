export type EntryFormat = 'kos' | 'fhir'

/** A span of days, each end `YYYYMMDD` and inclusive. */
export interface DaySpan {
  readonly from?: string | undefined
  readonly until?: string | undefined
}

/** A span of time, ISO 8601: from the first moment until before the second. */
export interface MomentSpan {
  readonly from?: string | undefined
  readonly before?: string | undefined
}

/** A code or an identifier; system absent: any, empty: none. */
export interface SearchedToken {
  readonly system?: string | undefined
  readonly value: string
}

/** Codes of a document entry, by what FHIR calls their search. */
export type EntryCode = 'type' | 'category' | 'setting' | 'facility' | 'security-label' | 'event'

/** What registered manifests are searched by; several values of one key are alternatives, several keys all hold. */
export interface ManifestSearch {
  readonly patients?: readonly { readonly issuer?: string | undefined; readonly identifier: string }[] | undefined
  readonly studyInstanceUids?: readonly string[] | undefined
  readonly manifestUids?: readonly string[] | undefined
  /** Ids of DocumentReferences, of ImagingStudies, of viewer Endpoints; UUIDs. */
  readonly entryIds?: readonly string[] | undefined
  readonly imagingStudyIds?: readonly string[] | undefined
  readonly viewerEndpointIds?: readonly string[] | undefined
  /** `value` or `issuer|value`. */
  readonly accessions?: readonly string[] | undefined
  readonly modalities?: readonly string[] | undefined
  readonly regions?: readonly string[] | undefined
  readonly studyDates?: readonly DaySpan[] | undefined
  readonly created?: readonly MomentSpan[] | undefined
  /** When the entry was registered or superseded. */
  readonly changed?: readonly MomentSpan[] | undefined
  readonly codes?: readonly { readonly code: EntryCode; readonly tokens: readonly SearchedToken[] }[] | undefined
  /** Identifiers of studies and orders that the entry speaks of; document entries only. */
  readonly related?: readonly SearchedToken[] | undefined
  readonly formats?: readonly EntryFormat[] | undefined
  /** Former versions too, or only those. */
  readonly states?: readonly ('REGISTERED' | 'SUPERSEDED')[] | undefined
}
