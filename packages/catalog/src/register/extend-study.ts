import type { Transaction } from '@vna/database'
import { findKnownVersions } from '../instances/find-known-versions.ts'
import { insertCopies } from '../instances/insert-copies.ts'
import { insertInstances } from '../instances/insert-instances.ts'
import { moveToEarlierArrivals } from '../instances/move-to-earlier-arrivals.ts'
import { replaceHolderInstances } from '../instances/replace-holder-instances.ts'
import { seedHolderInstances } from '../instances/seed-holder-instances.ts'
import { setCurrentVersions } from '../instances/set-current-versions.ts'
import { insertQuarantined } from '../quarantine/insert-quarantined.ts'
import { addToSeriesCounts } from '../series/add-to-series-counts.ts'
import { insertSeries } from '../series/insert-series.ts'
import { insertHeaderVariants } from '../studies/insert-header-variants.ts'
import { type Holder, insertHolders } from '../studies/insert-holders.ts'
import { putDueStudy } from '../studies/put-due-study.ts'
import type { HeaderVariant, KnownSeries } from '../studies/read-locked-study.ts'
import { updateStudy } from '../studies/update-study.ts'
import { compareArrivals } from '../versions/current-version.ts'
import { chooseHeaders } from './choose-headers.ts'
import { holderViewsOf } from './holder-views.ts'
import { requireAllInserted } from './lost-dictionary.ts'
import { planStudy, type StudyPlan } from './plan-study.ts'
import type { PreparedInstance } from './prepared-instance.ts'
import type { HeldStudy } from './read-study.ts'
import { setAside } from './set-aside.ts'
import { holdersOf, type StudyBatch, seriesOf, versionsOf } from './study-batch.ts'
import { hasSeveralHeaders, numberedContext, type StudyContext } from './study-context.ts'

/** Adds instances to a study that exists: new ones, other versions of known ones, and the same bytes again. */
export async function extendStudy(tx: Transaction, batch: StudyBatch, held: HeldStudy): Promise<number> {
  const { study } = held
  const ownerEntityId = compareArrivals(batch.first, study.first) < 0 ? batch.first.entityId : study.ownerEntityId
  const [newSeries, known] = await Promise.all([
    addMissingSeries(tx, batch, held),
    // Another owner: versions that this pack does not touch may change places too.
    ownerEntityId === study.ownerEntityId
      ? held.known
      : findKnownVersions(tx, { ...versionsOf(batch), allMultiple: true }),
  ])
  const context = numberedContext({ batch, study, ownerEntityId }, [...study.series, ...newSeries])
  const plan = planStudy(known, batch.instances, ownerEntityId)
  const holders = newHolders(context)
  // The first time another sends: until now its only sender saw what was current.
  if (holders.length > 0 && !study.severalHolders) await seedHolderInstances(tx, study.id, study.ownerEntityId)
  if (holders.length === 0 && !hasSeveralHeaders(context)) {
    // Sent together and taken in order, as nothing must be read in between.
    const [, revision] = await Promise.all([writePlan(tx, context, plan), writeStudy(tx, context, plan)])
    return revision
  }
  await writePlan(tx, context, plan)
  if (holders.length > 0) await writeHolders(tx, context, { holders, instances: plan.instances })
  return writeStudy(tx, context, plan)
}

/** Without instances yet: their counts follow with the plan. */
async function addMissingSeries(
  tx: Transaction,
  batch: StudyBatch,
  { study }: HeldStudy,
): Promise<readonly KnownSeries[]> {
  const known = new Set(study.series.map(({ seriesInstanceUid }) => seriesInstanceUid))
  const missing = seriesOf(batch).filter(({ seriesInstanceUid }) => !known.has(seriesInstanceUid))
  const ids = await insertSeries(
    tx,
    study.id,
    missing.map((series) => ({ ...series, numberOfInstances: 0 })),
  )
  return missing.map(({ seriesInstanceUid, attributes }) => ({
    id: ids.get(seriesInstanceUid) ?? 0,
    seriesInstanceUid,
    headerNo: 0,
    attributes,
  }))
}

async function writePlan(tx: Transaction, context: StudyContext, plan: StudyPlan): Promise<void> {
  const { batch, study } = context
  const place = { studyId: study.id, packId: batch.packId }
  const withNumbers = <T extends { instance: PreparedInstance }>(row: T) => ({
    ...row,
    studyHeaderNo: context.studyHeaders.numberOf(row.instance.studyAttributes),
    seriesHeaderNo:
      context.seriesHeaders.get(row.instance.seriesInstanceUid)?.numbers.numberOf(row.instance.seriesAttributes) ?? 0,
  })
  const [inserted, moved, copied] = await Promise.all([
    insertInstances(tx, place, plan.newVersions.map(withNumbers)),
    moveToEarlierArrivals(tx, place, plan.earlierArrivals.map(withNumbers)),
    insertCopies(tx, place, plan.newCopies),
    setCurrentVersions(tx, study.id, plan.currentChanges),
    addToSeriesCounts(tx, study.id, plan.seriesDeltas),
    insertHeaderVariants(tx, study.id, headersToStore(context)),
    insertQuarantined(
      tx,
      batch.packId,
      plan.excess.map((instance) => setAside(instance, 'too-many-versions')),
    ),
  ])
  requireAllInserted(inserted, plan.newVersions.length)
  requireAllInserted(moved, plan.earlierArrivals.length)
  requireAllInserted(copied, plan.newCopies.length)
}

async function writeHolders(
  tx: Transaction,
  { study }: StudyContext,
  { holders, instances }: { holders: readonly Holder[]; instances: StudyPlan['instances'] },
): Promise<void> {
  await Promise.all([
    insertHolders(tx, study.id, holders),
    replaceHolderInstances(tx, study.id, { instances, views: holderViewsOf(instances) }),
  ])
}

/** A study of one sender has no rows: with the second sender both get theirs. */
function newHolders({ batch, study }: StudyContext): readonly Holder[] {
  const senders = holdersOf(batch)
  const isAlone = !study.severalHolders && senders.every(({ entityId }) => entityId === study.ownerEntityId)
  if (isAlone) return []
  return [{ entityId: study.ownerEntityId, sinceMs: study.first.receivedAtMs }, ...senders]
}

function headersToStore(context: StudyContext): readonly HeaderVariant[] {
  const ofStudy = context.studyHeaders.toStore.map((numbered) => ({ ...numbered, seriesId: 0 }))
  const ofSeries = [...context.seriesHeaders.values()].flatMap(({ series, numbers }) =>
    numbers.toStore.map((numbered) => ({ ...numbered, seriesId: series.id })),
  )
  return [...ofStudy, ...ofSeries]
}

/** Returns the revision of the study from now on. */
async function writeStudy(tx: Transaction, context: StudyContext, plan: StudyPlan): Promise<number> {
  const { batch, study, ownerEntityId } = context
  const shown = await chooseHeaders(tx, context)
  const opensRevision = plan.isChanged && study.state === 1
  const revision = study.revision + (opensRevision ? 1 : 0)
  await Promise.all([
    updateStudy(tx, {
      id: study.id,
      revision,
      state: plan.isChanged ? 0 : study.state,
      ownerEntityId,
      headerNo: shown.no,
      attributes: shown.header,
      first: compareArrivals(batch.first, study.first) < 0 ? batch.first : study.first,
      lastReceivedAtMs: batch.lastReceivedAtMs,
    }),
    ...(plan.isChanged ? [putDueStudy(tx, study.id, batch.stableMs)] : []),
  ])
  return revision
}
