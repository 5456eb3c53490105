import type { Sql, Transaction } from '@vna/database'
import { appendEvents, CatalogError, runTransaction } from '@vna/database'
import { insertManifest, manifestJsonOf } from './insert-manifest.ts'
import { type ManifestRow, manifestRowOf, type NewManifest } from './manifest-row.ts'
import { insertNotification } from './notifications.ts'
import { settlePublication } from './settle-publication.ts'

/** References of the two entries at an external registry; absent: our own record is the registry. */
export interface RegisteredReferences {
  readonly kos: string | undefined
  readonly fhir: string | undefined
}

/** Keeps a manifest whose documents are in the object store; again changes nothing. Its study is BUILT from now on. */
export async function putManifest(sql: Sql, manifest: NewManifest): Promise<void> {
  await runTransaction(sql, async (tx) => {
    await insertManifest(tx, manifestJsonOf(manifest))
    await tx`update publications set state = 'BUILT' where study_instance_uid = ${manifest.studyInstanceUid}`
  })
}

/**
 * The registry holds it: the former version is superseded, the study agrees, the ledger and the health record are told. Again
 * changes nothing but the references.
 */
export async function markRegistered(sql: Sql, manifestUid: string, references: RegisteredReferences): Promise<void> {
  await runTransaction(sql, async (tx) => {
    const before = await lockManifest(tx, manifestUid)
    const [row] = await tx`
      update manifests set state = 'REGISTERED', registered_at = coalesce(registered_at, statement_timestamp()),
        changed_at = coalesce(changed_at, statement_timestamp()), kos_reference = ${references.kos ?? null}, fhir_reference = ${references.fhir ?? null}
      where manifest_uid = ${manifestUid} returning *`
    if (row === undefined) throw new CatalogError('not-found', 'there is no such manifest')
    const manifest = manifestRowOf(row)
    if (before !== 'REGISTERED') await announce(tx, manifest)
    await settlePublication(tx, manifest.studyInstanceUid, 'REGISTERED')
  })
}

async function announce(tx: Transaction, manifest: ManifestRow): Promise<void> {
  await supersedeOthers(tx, manifest)
  await appendEvents(tx, [{ type: 'manifest-registered', payload: manifestJsonOf(manifest) }])
  await insertNotification(tx, {
    studyInstanceUid: manifest.studyInstanceUid,
    kind: manifest.version === 1 ? 'manifest-registered' : 'manifest-replaced',
    payload: { manifestUid: manifest.manifestUid, version: manifest.version },
  })
}

/** One manifest of a study is current. One that was built and never registered is of no use any more. */
async function supersedeOthers(
  tx: Transaction,
  { studyInstanceUid, manifestUid, registeredAt }: ManifestRow,
): Promise<void> {
  // With the time of its successor, as the ledger has it: a rebuilt catalog tells the same.
  await tx`
    update manifests set state = 'SUPERSEDED', changed_at = ${registeredAt?.toISOString() ?? null}::timestamptz
    where study_instance_uid = ${studyInstanceUid} and manifest_uid <> ${manifestUid} and state in ('BUILT', 'REGISTERED')`
}

async function lockManifest(tx: Transaction, manifestUid: string): Promise<string | undefined> {
  const [row] = await tx<{ state: string }[]>`
    select m.state from manifests m where m.manifest_uid = ${manifestUid} for update`
  return row?.state
}

/** What was built is no longer what the study is: it never becomes current. */
export async function dropManifest(sql: Sql, manifestUid: string): Promise<void> {
  await runTransaction(sql, async (tx) => {
    await tx`
      update manifests set state = 'SUPERSEDED',
        changed_at = case when registered_at is not null then clock_timestamp() end
      where manifest_uid = ${manifestUid} and state = 'BUILT'`
  })
}

/** The registry lost it: it is to be sent again. */
export async function reopenManifest(sql: Sql, manifestUid: string): Promise<void> {
  await runTransaction(sql, async (tx) => {
    await tx`update manifests set state = 'BUILT', kos_reference = null, fhir_reference = null
      where manifest_uid = ${manifestUid} and state = 'REGISTERED'`
  })
}

/** Nothing of the study is registered any more, because it may not be (`state`). */
export async function markWithdrawn(
  sql: Sql,
  studyInstanceUid: string,
  state: 'WITHDRAWN' | 'UNRESOLVED',
): Promise<void> {
  await runTransaction(sql, async (tx) => {
    const rows = await tx<{ manifestUid: string; wasRegistered: boolean }[]>`
      with gone as (
        select id, registered_at is not null and state = 'REGISTERED' as registered from manifests
        where study_instance_uid = ${studyInstanceUid} and state in ('BUILT', 'REGISTERED') for update)
      update manifests m set state = 'WITHDRAWN' from gone where m.id = gone.id
      returning m.manifest_uid as "manifestUid", gone.registered as "wasRegistered"`
    const withdrawn = rows.filter(({ wasRegistered }) => wasRegistered)
    for (const { manifestUid } of withdrawn) {
      await appendEvents(tx, [{ type: 'manifest-withdrawn', payload: { studyInstanceUid, manifestUid } }])
      await insertNotification(tx, { studyInstanceUid, kind: 'manifest-withdrawn', payload: { manifestUid } })
    }
    await settlePublication(tx, studyInstanceUid, state)
  })
}
