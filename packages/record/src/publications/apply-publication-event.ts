import type { Sql, Transaction } from '@vna/database'
import type { LedgerEvent } from '@vna/ledger-events'
import { insertManifest, type ManifestJson } from './insert-manifest.ts'

type PublicationEvent = LedgerEvent<
  'accession-generated' | 'manifest-registered' | 'manifest-withdrawn' | 'instances-rejected'
>

/** Does again what the ledger says of publications. Repeating it changes nothing. */
export async function applyPublicationEvent(
  sql: Sql | Transaction,
  { type, payload }: PublicationEvent,
): Promise<void> {
  switch (type) {
    case 'accession-generated':
      await sql`
        insert into generated_accessions (study_instance_uid, accession_number, issuer, created_at)
        values (${payload.studyInstanceUid}, ${payload.accessionNumber}, ${payload.issuer},
          ${payload.createdAt}::timestamptz)
        on conflict do nothing`
      return
    case 'manifest-registered':
      await applyRegistered(sql, payload)
      return
    case 'manifest-withdrawn':
      await sql`
        update manifests set state = 'WITHDRAWN'
        where manifest_uid = ${payload.manifestUid} and state in ('BUILT', 'REGISTERED')`
      await followManifests(sql, payload.studyInstanceUid)
      return
    case 'instances-rejected':
      await sql`
        insert into rejected_instances (study_instance_uid, sop_instance_uid, entity_code, reason, rejected_at)
        select ${payload.studyInstanceUid}, value, ${payload.entityCode ?? ''}, ${payload.reason},
          ${payload.rejectedAt}::timestamptz
        from json_array_elements_text(${JSON.stringify(payload.sopInstanceUids)}::text::json)
        on conflict do nothing`
      return
  }
}

/** A study found again after a rebuild becomes due by its registration, and then finds that nothing changed. */
async function applyRegistered(sql: Sql | Transaction, manifest: ManifestJson): Promise<void> {
  const uid = manifest.study_instance_uid
  const isNew = await insertManifest(sql, manifest)
  if (!isNew) return
  await sql`
    update manifests set state = 'SUPERSEDED', changed_at = ${manifest.registered_at}::timestamptz
    where study_instance_uid = ${uid} and version < ${manifest.version}::int and state in ('BUILT', 'REGISTERED')`
  await sql`
    insert into publications as p (study_instance_uid, version, state) values (${uid}, ${manifest.version}::int, 'REGISTERED')
    on conflict (study_instance_uid) do update set version = greatest(p.version, excluded.version)`
  await followManifests(sql, uid)
}

/** The state of a publication that nobody is working on is what its manifests say. */
async function followManifests(sql: Sql | Transaction, studyInstanceUid: string): Promise<void> {
  await sql`
    update publications p
    set state = case when exists (select from manifests m
      where m.study_instance_uid = p.study_instance_uid and m.state = 'REGISTERED') then 'REGISTERED' else 'WITHDRAWN' end
    where p.study_instance_uid = ${studyInstanceUid} and p.state in ('PENDING', 'REGISTERED', 'WITHDRAWN')`
}
