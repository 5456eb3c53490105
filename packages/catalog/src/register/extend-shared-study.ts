import type { Transaction } from '@vna/database'
import type { SamePerson } from '../holders/judge-holders.ts'
import { settleStudy } from '../holders/settle-study.ts'
import { writeHolderRows } from '../holders/write-holder-rows.ts'
import { replaceHolderInstances } from '../instances/replace-holder-instances.ts'
import { seedHolderInstances } from '../instances/seed-holder-instances.ts'
import { insertHolders } from '../studies/insert-holders.ts'
import { putDueStudy } from '../studies/put-due-study.ts'
import { updateSharedStudy } from '../studies/update-shared-study.ts'
import { holderViewsOf } from './holder-views.ts'
import { planStudy } from './plan-study.ts'
import type { HeldStudy } from './read-study.ts'
import { holdersOf, versionsOf } from './study-batch.ts'
import type { StudyContext } from './study-context.ts'
import { writePlan } from './write-plan.ts'

/**
 * Adds instances to a study that several entities sent: first what each of them holds, then what the record shows of it all.
 * Returns its revision.
 */
export async function extendSharedStudy(
  tx: Transaction,
  context: StudyContext,
  { study, known }: HeldStudy,
  samePerson: SamePerson,
): Promise<number> {
  const { batch } = context
  const senders = holdersOf(batch)
  const former = { entityId: study.ownerEntityId, sinceMs: study.first.receivedAtMs }
  // The first time another sends: until now its only sender saw what was current, and that was its row.
  if (!study.severalHolders) await seedHolderInstances(tx, study.id, study.ownerEntityId)
  const plan = planStudy(known, batch.instances, {
    ownerEntityId: study.ownerEntityId,
    agreeing: new Set([study.ownerEntityId, ...study.agreeing]),
  })
  await writePlan(tx, context, plan)
  await Promise.all([
    insertHolders(tx, study.id, study.severalHolders ? senders : [former, ...senders]),
    replaceHolderInstances(tx, study.id, { instances: plan.instances, views: holderViewsOf(plan.instances) }),
  ])
  const written = new Set((study.severalHolders ? senders : [former, ...senders]).map(({ entityId }) => entityId))
  await writeHolderRows(tx, study.id, [...written])
  const { sopHashes: touched, studyInstanceUid } = versionsOf(batch)
  const settled = await settleStudy(tx, { id: study.id, studyInstanceUid, touched }, samePerson)
  const isChanged =
    settled.isChanged || plan.currentChanges.length > 0 || plan.newVersions.some(({ current }) => current)
  const isOriginators = senders.some(({ entityId }) => entityId === settled.originatorId)
  const revision = study.revision + (isChanged && study.state === 1 ? 1 : 0)
  const state = isChanged ? 0 : study.state
  await updateSharedStudy(tx, { id: study.id, revision, state, lastReceivedAtMs: batch.lastReceivedAtMs })
  // Only the originator's instances begin the quiet time anew: nobody else delays what is to be published.
  if (isChanged) await putDueStudy(tx, study.id, { stableMs: batch.stableMs, isMoved: isOriginators })
  return revision
}
