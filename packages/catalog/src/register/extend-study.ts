import type { Transaction } from '../database/open-database.ts'
import type { SeriesAttributes } from '../header/series-attributes.ts'
import type { StudyAttributes } from '../header/study-attributes.ts'
import { addToSeriesCounts } from '../queries/add-to-series-counts.ts'
import { findHeaderVariants, type HeaderVariant } from '../queries/find-header-variants.ts'
import { findKnownVersions } from '../queries/find-known-versions.ts'
import { findSeriesOfStudy, type KnownSeries } from '../queries/find-series-of-study.ts'
import { insertCopies } from '../queries/insert-copies.ts'
import { insertHeaderVariants } from '../queries/insert-header-variants.ts'
import { type Holder, insertHolders } from '../queries/insert-holders.ts'
import { insertInstances } from '../queries/insert-instances.ts'
import { insertSeries } from '../queries/insert-series.ts'
import { lockStudy } from '../queries/lock-study.ts'
import { moveToEarlierArrivals } from '../queries/move-to-earlier-arrivals.ts'
import { putDueStudy } from '../queries/put-due-study.ts'
import { type LockedStudy, readLockedStudy } from '../queries/read-locked-study.ts'
import { setCurrentVersions } from '../queries/set-current-versions.ts'
import { updateStudy } from '../queries/update-study.ts'
import { compareArrivals } from '../versions/current-version.ts'
import { chooseHeaders } from './choose-headers.ts'
import { type HeaderNumbers, type NumberedHeader, numberHeaders } from './header-numbers.ts'
import { requireAllInserted } from './lost-dictionary.ts'
import { planStudy, type StudyPlan } from './plan-study.ts'
import type { PreparedInstance } from './prepared-instance.ts'
import { holdersOf, type StudyBatch, seriesOf } from './study-batch.ts'

/** Everything known of a study under its lock, and the numbers of its headers with those that just came. */
export interface StudyContext {
  readonly batch: StudyBatch
  readonly study: LockedStudy
  readonly ownerEntityId: number
  readonly studyHeaders: HeaderNumbers<StudyAttributes>
  readonly seriesHeaders: ReadonlyMap<string, { series: KnownSeries; numbers: HeaderNumbers<SeriesAttributes> }>
}

/** Adds instances to a study that exists: new ones, other versions of known ones, and the same bytes again. */
export async function extendStudy(tx: Transaction, batch: StudyBatch): Promise<void> {
  const [, study] = await Promise.all([
    lockStudy(tx, batch.studyInstanceUid),
    readLockedStudy(tx, batch.studyInstanceUid),
  ])
  if (study === undefined) throw new RangeError('the study was found a moment ago and studies are not deleted')
  // Series without instances yet: their counts follow with the plan.
  await insertSeries(
    tx,
    study.id,
    seriesOf(batch).map((series) => ({ ...series, numberOfInstances: 0 })),
  )
  const ownerEntityId = compareArrivals(batch.first, study.first) < 0 ? batch.first.entityId : study.ownerEntityId
  const [known, variants, series] = await Promise.all([
    findKnownVersions(tx, {
      studyInstanceUid: batch.studyInstanceUid,
      sopHashes: batch.instances.map(({ sopHash }) => sopHash),
      allMultiple: ownerEntityId !== study.ownerEntityId,
    }),
    findHeaderVariants(tx, batch.studyInstanceUid),
    findSeriesOfStudy(
      tx,
      batch.studyInstanceUid,
      seriesOf(batch).map(({ seriesInstanceUid }) => seriesInstanceUid),
    ),
  ])
  const context = numberedContext({ batch, study, ownerEntityId }, variants, series)
  const plan = planStudy(known, batch.instances, ownerEntityId)
  await writePlan(tx, context, plan)
  await writeStudy(tx, context, plan)
}

function numberedContext(
  base: { batch: StudyBatch; study: LockedStudy; ownerEntityId: number },
  variants: readonly HeaderVariant[],
  allSeries: readonly KnownSeries[],
): StudyContext {
  const { batch, study } = base
  const headersOf = <T>(seriesId: number) =>
    variants.filter((variant) => variant.seriesId === seriesId) as unknown as readonly NumberedHeader<T>[]
  const seriesHeaders = allSeries.map((series) => {
    const members = batch.instances.filter(({ seriesInstanceUid }) => seriesInstanceUid === series.seriesInstanceUid)
    const numbers = numberHeaders<SeriesAttributes>(
      { no: series.headerNo, header: series.attributes },
      headersOf(series.id),
      members.map(({ seriesAttributes }) => seriesAttributes),
    )
    return [series.seriesInstanceUid, { series, numbers }] as const
  })
  return {
    ...base,
    studyHeaders: numberHeaders<StudyAttributes>(
      { no: study.headerNo, header: study.attributes },
      headersOf(0),
      batch.instances.map(({ studyAttributes }) => studyAttributes),
    ),
    seriesHeaders: new Map(seriesHeaders),
  }
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
  const [inserted] = await Promise.all([
    insertInstances(tx, place, plan.newVersions.map(withNumbers)),
    moveToEarlierArrivals(tx, place, plan.earlierArrivals.map(withNumbers)),
    insertCopies(tx, place, plan.newCopies),
    setCurrentVersions(tx, study.id, plan.currentChanges),
    addToSeriesCounts(tx, study.id, plan.seriesDeltas),
    insertHolders(tx, study.id, newHolders(context)),
    insertHeaderVariants(tx, study.id, headersToStore(context)),
  ])
  requireAllInserted(inserted, plan.newVersions.length)
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

async function writeStudy(tx: Transaction, context: StudyContext, plan: StudyPlan): Promise<void> {
  const { batch, study, ownerEntityId } = context
  const shown = await chooseHeaders(tx, context)
  const opensRevision = plan.isChanged && study.state === 1
  await Promise.all([
    updateStudy(tx, {
      id: study.id,
      revision: study.revision + (opensRevision ? 1 : 0),
      state: plan.isChanged ? 0 : study.state,
      ownerEntityId,
      headerNo: shown.no,
      attributes: shown.header,
      first: compareArrivals(batch.first, study.first) < 0 ? batch.first : study.first,
      lastReceivedAtMs: batch.lastReceivedAtMs,
    }),
    ...(plan.isChanged ? [putDueStudy(tx, study.id, batch.stableMs)] : []),
  ])
}
