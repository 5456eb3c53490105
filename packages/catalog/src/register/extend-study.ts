import type { Transaction } from '@vna/database'
import type { SamePerson } from '../holders/judge-holders.ts'
import { insertSeries } from '../series/insert-series.ts'
import { putDueStudy } from '../studies/put-due-study.ts'
import type { KnownSeries } from '../studies/read-locked-study.ts'
import { updateStudy } from '../studies/update-study.ts'
import { compareArrivals } from '../versions/current-version.ts'
import { chooseHeaders } from './choose-headers.ts'
import { extendSharedStudy } from './extend-shared-study.ts'
import { planStudy, type StudyPlan } from './plan-study.ts'
import type { HeldStudy } from './read-study.ts'
import { type StudyBatch, seriesOf } from './study-batch.ts'
import { hasSeveralHeaders, numberedContext, type StudyContext } from './study-context.ts'
import { writePlan } from './write-plan.ts'

/** Adds instances to a study that exists: new ones, other versions of known ones, and the same bytes again. */
export async function extendStudy(
  tx: Transaction,
  batch: StudyBatch,
  held: HeldStudy,
  samePerson: SamePerson,
): Promise<number> {
  const { study } = held
  const newSeries = await addMissingSeries(tx, batch, held)
  const context = numberedContext({ batch, study }, [...study.series, ...newSeries])
  if (isShared(context)) return extendSharedStudy(tx, context, held, samePerson)
  const plan = planStudy(held.known, batch.instances, { ownerEntityId: study.ownerEntityId })
  if (!hasSeveralHeaders(context)) {
    // Sent together and taken in order, as nothing must be read in between.
    const [, revision] = await Promise.all([writePlan(tx, context, plan), writeStudy(tx, context, plan)])
    return revision
  }
  await writePlan(tx, context, plan)
  return writeStudy(tx, context, plan)
}

function isShared({ batch, study }: StudyContext): boolean {
  return study.severalHolders || batch.instances.some(({ arrival }) => arrival.entityId !== study.ownerEntityId)
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

/** Returns the revision of the study from now on. */
async function writeStudy(tx: Transaction, context: StudyContext, plan: StudyPlan): Promise<number> {
  const { batch, study } = context
  const shown = await chooseHeaders(tx, context)
  const opensRevision = plan.isChanged && study.state === 1
  const revision = study.revision + (opensRevision ? 1 : 0)
  await Promise.all([
    updateStudy(tx, {
      id: study.id,
      revision,
      state: plan.isChanged ? 0 : study.state,
      ownerEntityId: study.ownerEntityId,
      headerNo: shown.no,
      attributes: shown.header,
      first: compareArrivals(batch.first, study.first) < 0 ? batch.first : study.first,
      lastReceivedAtMs: batch.lastReceivedAtMs,
    }),
    ...(plan.isChanged ? [putDueStudy(tx, study.id, { stableMs: batch.stableMs, isMoved: true })] : []),
  ])
  return revision
}
