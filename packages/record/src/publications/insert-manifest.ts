import type { Sql, Transaction } from '@vna/database'
import type { LedgerEventPayload } from '@vna/ledger-events'
import type { ManifestRow, NewManifest } from './manifest-row.ts'

/** As JSON in one parameter: arrays and bytes then need no types of the driver's. Also what the ledger keeps of it. */
export type ManifestJson = LedgerEventPayload<'manifest-registered'>

export function manifestJsonOf(manifest: NewManifest & Partial<ManifestRow>): ManifestJson {
  const { kos, fhir, facets } = manifest
  return {
    study_instance_uid: manifest.studyInstanceUid,
    version: manifest.version,
    created_at: manifest.createdAt.toISOString(),
    registered_at: manifest.registeredAt?.toISOString() ?? null,
    state: manifest.state ?? 'BUILT',
    profile: manifest.profile,
    content_hash: manifest.contentHash,
    manifest_uid: manifest.manifestUid,
    kos_id: manifest.kosId,
    fhir_id: manifest.fhirId,
    viewer_endpoint_id: manifest.viewerEndpointId ?? null,
    kos_key: kos.key,
    kos_size_bytes: kos.sizeBytes,
    kos_sha1: `\\x${Buffer.from(kos.sha1).toString('hex')}`,
    fhir_key: fhir.key,
    fhir_size_bytes: fhir.sizeBytes,
    fhir_sha1: `\\x${Buffer.from(fhir.sha1).toString('hex')}`,
    kos_reference: manifest.kosReference ?? null,
    fhir_reference: manifest.fhirReference ?? null,
    patient_issuer: facets.patientIssuer,
    patient_identifier: facets.patientIdentifier,
    study_date: facets.studyDate ?? null,
    modalities: facets.modalities,
    regions: facets.regions,
    accessions: facets.accessions,
    entries: manifest.entries,
  }
}

/** Inserts a manifest; one that is there already (its UID says so) stays as it is. */
export async function insertManifest(sql: Sql | Transaction, manifest: ManifestJson): Promise<boolean> {
  const rows = await sql`
    insert into manifests (study_instance_uid, version, created_at, registered_at, changed_at, state, profile, content_hash,
      manifest_uid, kos_id, fhir_id, viewer_endpoint_id, kos_key, kos_size_bytes, kos_sha1, fhir_key, fhir_size_bytes,
      fhir_sha1, kos_reference, fhir_reference, patient_issuer, patient_identifier, study_date, modalities, regions,
      accessions, entries)
    select study_instance_uid, version, created_at, registered_at, registered_at, state, profile, content_hash, manifest_uid, kos_id,
      fhir_id, viewer_endpoint_id, kos_key, kos_size_bytes, kos_sha1, fhir_key, fhir_size_bytes, fhir_sha1,
      kos_reference, fhir_reference, patient_issuer, patient_identifier, study_date, modalities, regions, accessions,
      entries
    from json_populate_record(null::manifests, ${JSON.stringify(manifest)}::text::json)
    on conflict (manifest_uid) do nothing
    returning id`
  return rows.length > 0
}
