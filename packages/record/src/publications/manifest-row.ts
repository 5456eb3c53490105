export type ManifestState = 'BUILT' | 'REGISTERED' | 'SUPERSEDED' | 'WITHDRAWN'

export interface ManifestDocument {
  readonly key: string
  readonly sizeBytes: number
  readonly sha1: Uint8Array
}

/** A manifest to be kept: what was built, and what it will be found by. */
export interface NewManifest {
  readonly studyInstanceUid: string
  readonly version: number
  readonly createdAt: Date
  readonly profile: string
  readonly contentHash: string
  readonly manifestUid: string
  readonly kos: ManifestDocument
  readonly fhir: ManifestDocument
  /** Ids of the two DocumentReferences under /fhir, and of the viewer's Endpoint. */
  readonly kosId: string
  readonly fhirId: string
  readonly viewerEndpointId: string | undefined
  readonly facets: ManifestFacets
  /** DocumentReference of each format. */
  readonly entries: { readonly kos: unknown; readonly fhir: unknown }
}

export interface ManifestFacets {
  readonly patientIssuer: string
  readonly patientIdentifier: string
  /** YYYYMMDD */
  readonly studyDate: string | undefined
  readonly modalities: readonly string[]
  /** SNOMED CT codes. */
  readonly regions: readonly string[]
  /** `value` and `issuer|value`. */
  readonly accessions: readonly string[]
}

export interface ManifestRow extends NewManifest {
  readonly state: ManifestState
  readonly registeredAt: Date | undefined
  /** When its entry was registered, or superseded. */
  readonly changedAt: Date | undefined
  readonly kosReference: string | undefined
  readonly fhirReference: string | undefined
}

interface StoredRow {
  readonly [column: string]: unknown
}

export function manifestRowOf(row: StoredRow): ManifestRow {
  const text = (name: string) => row[name] as string
  const maybe = (name: string) => (row[name] as string | null) ?? undefined
  const document = (format: 'kos' | 'fhir'): ManifestDocument => ({
    key: text(`${format}_key`),
    sizeBytes: row[`${format}_size_bytes`] as number,
    sha1: row[`${format}_sha1`] as Uint8Array,
  })
  return {
    studyInstanceUid: text('study_instance_uid'),
    version: row.version as number,
    createdAt: row.created_at as Date,
    profile: text('profile'),
    contentHash: text('content_hash'),
    manifestUid: text('manifest_uid'),
    kos: document('kos'),
    fhir: document('fhir'),
    kosId: text('kos_id'),
    fhirId: text('fhir_id'),
    viewerEndpointId: maybe('viewer_endpoint_id'),
    facets: {
      patientIssuer: text('patient_issuer'),
      patientIdentifier: text('patient_identifier'),
      studyDate: maybe('study_date'),
      modalities: row.modalities as string[],
      regions: row.regions as string[],
      accessions: row.accessions as string[],
    },
    entries: row.entries as ManifestRow['entries'],
    state: text('state') as ManifestState,
    registeredAt: (row.registered_at as Date | null) ?? undefined,
    changedAt: (row.changed_at as Date | null) ?? undefined,
    kosReference: maybe('kos_reference'),
    fhirReference: maybe('fhir_reference'),
  }
}
