import type { Transaction } from '@vna/database'
import { insertCopies } from '../instances/insert-copies.ts'
import { insertInstances } from '../instances/insert-instances.ts'
import { moveToEarlierArrivals } from '../instances/move-to-earlier-arrivals.ts'
import { setCurrentVersions } from '../instances/set-current-versions.ts'
import { insertQuarantined } from '../quarantine/insert-quarantined.ts'
import { addToSeriesCounts } from '../series/add-to-series-counts.ts'
import { insertHeaderVariants } from '../studies/insert-header-variants.ts'
import type { HeaderVariant } from '../studies/read-locked-study.ts'
import { requireAllInserted } from './lost-dictionary.ts'
import type { StudyPlan } from './plan-study.ts'
import type { PreparedInstance } from './prepared-instance.ts'
import { setAside } from './set-aside.ts'
import type { StudyContext } from './study-context.ts'

/** Writes the rows of what came. */
export async function writePlan(tx: Transaction, context: StudyContext, plan: StudyPlan): Promise<void> {
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
    insertCopies(tx, place, plan.newCopies.map(withNumbers)),
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

function headersToStore(context: StudyContext): readonly HeaderVariant[] {
  const ofStudy = context.studyHeaders.toStore.map((numbered) => ({ ...numbered, seriesId: 0 }))
  const ofSeries = [...context.seriesHeaders.values()].flatMap(({ series, numbers }) =>
    numbers.toStore.map((numbered) => ({ ...numbered, seriesId: series.id })),
  )
  return [...ofStudy, ...ofSeries]
}
