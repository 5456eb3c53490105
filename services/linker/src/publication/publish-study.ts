import type { ObjectStore } from '@vna/archive'
import type { Catalog } from '@vna/catalog'
import { contentHashOf, encodeFhir, type ManifestStudy, provideDocumentBundle } from '@vna/fse'
import type { HealthRecord, ManifestRow, TakenPublication } from '@vna/record'
import type { EntryReferences, Registry, RegistryEntry } from '../registry/registry.ts'
import type { ManifestBuilder } from './manifest-builder.ts'
import { type ManifestSettings, manifestOptionsOf } from './manifest-options.ts'
import { readManifestBytes, storeManifest } from './manifest-store.ts'
import { type PublicationStep, planPublication } from './plan-publication.ts'
import { applyRejectionNotes } from './rejection-notes.ts'

export interface PublishingDependencies {
  readonly catalog: Pick<Catalog, 'locateInstances'>
  readonly healthRecord: Pick<HealthRecord, 'publications'>
  readonly store: ObjectStore
  readonly builder: Pick<ManifestBuilder, 'build'>
  readonly registry: Registry
  readonly settings: ManifestSettings
  readonly accessionIssuerOid: string
  /** For tests: the process ends at a named write boundary. */
  readonly reach: (point: string) => void
  /** Told of a study that is stable or changed, before it is published: reports look for their studies. */
  readonly evaluate: (studyInstanceUid: string) => Promise<void>
}

/** More steps than the longest way has: built anew, adopted, a few strangers withdrawn. */
const maxSteps = 32

/**
 * One study on its way (FSE 8.1): PENDING → BUILT → REGISTERED, or out of the registry where it may not be there. Every step
 * is recorded before the next, so that whoever takes it after a crash goes on.
 */
export async function publishStudy(
  dependencies: PublishingDependencies,
  taken: TakenPublication,
  signal: AbortSignal,
): Promise<void> {
  const { studyInstanceUid } = taken
  await applyRejectionNotes(dependencies, studyInstanceUid)
  const study = await readStudy(dependencies, studyInstanceUid)
  if (study === undefined) return withdrawHidden(dependencies, studyInstanceUid, signal)
  if (study.patient.national === undefined) return withdrawStudy(dependencies, studyInstanceUid, 'UNRESOLVED', signal)
  const isDisputed = await dependencies.healthRecord.publications.isDisputed(studyInstanceUid)
  if (isDisputed) return withdrawStudy(dependencies, studyInstanceUid, 'UNRESOLVED', signal)
  await converge(dependencies, study, taken, signal)
}

/**
 * Evaluated first, since orders are found by the numbers that gives. With a number of its own where it has none; reports may
 * need it before anybody knows whose study it is.
 */
async function readStudy(
  { healthRecord, accessionIssuerOid, evaluate }: PublishingDependencies,
  studyInstanceUid: string,
): Promise<ManifestStudy | undefined> {
  await evaluate(studyInstanceUid)
  const study = await healthRecord.publications.readManifestStudy(studyInstanceUid)
  if (study === undefined || study.requests.length > 0) return study
  await healthRecord.publications.ensureAccession(studyInstanceUid, accessionIssuerOid)
  await evaluate(studyInstanceUid)
  return healthRecord.publications.readManifestStudy(studyInstanceUid)
}

async function converge(
  dependencies: PublishingDependencies,
  study: ManifestStudy,
  taken: TakenPublication,
  signal: AbortSignal,
): Promise<void> {
  const { publications } = dependencies.healthRecord
  const contentHash = contentHashOf(study, optionsOf(dependencies, study, 1, new Date(0)))
  let entries: readonly RegistryEntry[] | undefined
  for (let count = 0; count < maxSteps; count++) {
    const manifests = await publications.listManifests(study.studyInstanceUid)
    const [current, built] = (['REGISTERED', 'BUILT'] as const).map((state) =>
      manifests.findLast((one) => one.state === state),
    )
    // What was built by somebody before us may have been sent; the answer to it is at the registry only.
    const mustAsk = count === 0 && (taken.verify || built !== undefined)
    if (mustAsk)
      entries = await dependencies.registry.findCurrent(
        manifests.map(({ manifestUid }) => manifestUid),
        signal,
      )
    const newestVersion = manifests.at(-1)?.version ?? 0
    const step = planPublication({ contentHash, current, built, newestVersion, entries })
    if (step.kind === 'settle') return publications.settle(study.studyInstanceUid, 'REGISTERED')
    await perform(dependencies, study, { step, current }, signal)
    if (step.kind === 'submit') return
    if (step.kind === 'withdraw') entries = entries?.filter(({ reference }) => reference !== step.reference)
  }
  throw new Error('a publication does not come to rest')
}

async function perform(
  dependencies: PublishingDependencies,
  study: ManifestStudy,
  { step, current }: { step: Exclude<PublicationStep, { kind: 'settle' }>; current: ManifestRow | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { publications } = dependencies.healthRecord
  switch (step.kind) {
    case 'withdraw':
      return dependencies.registry.withdraw(step.reference, signal)
    case 'adopt':
      return publications.markRegistered(step.manifest.manifestUid, { kos: step.kos, fhir: step.fhir })
    case 'reopen':
      return publications.reopenManifest(step.manifest.manifestUid)
    case 'drop':
      return publications.dropManifest(step.manifest.manifestUid)
    case 'build':
      return build(dependencies, study, { version: step.version, former: current })
    case 'submit': {
      const references = await submit(dependencies, study, step, signal)
      dependencies.reach('after-submit')
      await publications.markRegistered(step.manifest.manifestUid, references)
      dependencies.reach('after-registered')
    }
  }
}

async function build(
  dependencies: PublishingDependencies,
  study: ManifestStudy,
  { version, former }: { version: number; former: ManifestRow | undefined },
): Promise<void> {
  const createdAt = new Date(Math.floor(Date.now() / 1000) * 1000)
  const options = optionsOf(dependencies, study, version, createdAt)
  const manifest = await storeManifest(dependencies, study, { options, createdAt, former })
  dependencies.reach('after-documents')
  await dependencies.healthRecord.publications.putManifest(manifest)
  dependencies.reach('after-built')
}

async function submit(
  dependencies: PublishingDependencies,
  study: ManifestStudy,
  { manifest, replaces }: Extract<PublicationStep, { kind: 'submit' }>,
  signal: AbortSignal,
): Promise<EntryReferences> {
  const { registry, store } = dependencies
  const bytes = registry.isExternal ? await readManifestBytes(store, manifest) : undefined
  const options = optionsOf(dependencies, study, manifest.version, manifest.createdAt)
  const bundle = () => {
    if (bytes === undefined) throw new Error('our own registry takes no submission')
    return encodeFhir(provideDocumentBundle({ study, options, ...bytes, replaces }))
  }
  const { manifestUid } = manifest
  return registry.submit({ manifestUid, studyInstanceUid: study.studyInstanceUid, bundle }, signal)
}

function optionsOf({ settings }: PublishingDependencies, study: ManifestStudy, version: number, createdAt: Date) {
  return manifestOptionsOf(settings, { studyInstanceUid: study.studyInstanceUid, version, createdAt })
}

/** Hidden, or nothing of it is left. One that is not in the catalog is none of these: its packs are still to be registered. */
async function withdrawHidden(
  dependencies: PublishingDependencies,
  studyInstanceUid: string,
  signal: AbortSignal,
): Promise<void> {
  const { publications } = dependencies.healthRecord
  const isThere = await publications.isStudyThere(studyInstanceUid)
  if (!isThere) return publications.leave(studyInstanceUid)
  return withdrawStudy(dependencies, studyInstanceUid, 'WITHDRAWN', signal)
}

/** Takes out whatever the registry may hold of a study, also what was sent without an answer. */
async function withdrawStudy(
  { healthRecord, registry }: PublishingDependencies,
  studyInstanceUid: string,
  state: 'WITHDRAWN' | 'UNRESOLVED',
  signal: AbortSignal,
): Promise<void> {
  const manifests = await healthRecord.publications.listManifests(studyInstanceUid)
  const isClean = manifests.every((manifest) => manifest.state === 'WITHDRAWN')
  const entries = isClean
    ? []
    : await registry.findCurrent(
        manifests.map(({ manifestUid }) => manifestUid),
        signal,
      )
  const references = entries?.map(({ reference }) => reference) ?? notedReferences(manifests)
  for (const reference of references) await registry.withdraw(reference, signal)
  await healthRecord.publications.markWithdrawn(studyInstanceUid, state)
}

function notedReferences(manifests: readonly ManifestRow[]): readonly string[] {
  return manifests
    .filter(({ state }) => state === 'REGISTERED')
    .flatMap(({ kosReference, fhirReference }) => [kosReference, fhirReference])
    .filter((reference) => reference !== undefined)
}
