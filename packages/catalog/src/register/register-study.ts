import type { Transaction } from '../database/open-database.ts'
import { insertInstances } from '../queries/insert-instances.ts'
import { insertPatientIdentifiers } from '../queries/insert-patient-identifiers.ts'
import { insertSeries } from '../queries/insert-series.ts'
import { insertStudy } from '../queries/insert-study.ts'
import { putDueStudy } from '../queries/put-due-study.ts'
import { extendStudy } from './extend-study.ts'
import { holdStudy } from './hold-study.ts'
import { requireAllInserted } from './lost-dictionary.ts'
import { isPlain, modalitiesOf, type StudyBatch, seriesOf } from './study-batch.ts'

/** Registers the instances of one study; returns its revision. */
export async function registerStudy(tx: Transaction, batch: StudyBatch): Promise<number> {
  const held = await holdStudy(tx, batch)
  if (held !== undefined) return extendStudy(tx, batch, held)
  const isDone = await registerNewStudy(tx, batch)
  if (isDone) return 1
  // Either somebody else was faster, or it was made without contents because something must be decided.
  const heldNow = await holdStudy(tx, batch)
  if (heldNow === undefined) throw new RangeError('the study was found a moment ago and studies are not deleted')
  return extendStudy(tx, batch, heldNow)
}

/** The common case: a study nobody has seen and nothing to decide is written at once with its final counts. */
async function registerNewStudy(tx: Transaction, batch: StudyBatch): Promise<boolean> {
  const plain = isPlain(batch)
  const series = seriesOf(batch)
  const head = batch.instances[0]
  if (head === undefined) throw new RangeError('a batch has instances')
  const studyId = await insertStudy(tx, {
    studyInstanceUid: batch.studyInstanceUid,
    packId: batch.packId,
    first: batch.first,
    lastReceivedAtMs: batch.lastReceivedAtMs,
    numberOfSeries: plain ? series.length : 0,
    numberOfInstances: plain ? batch.instances.length : 0,
    modalities: plain ? modalitiesOf(series) : '',
    attributes: head.studyAttributes,
  })
  if (studyId === undefined) return false
  const { otherIdentifiers } = head.studyAttributes
  requireAllInserted(await insertPatientIdentifiers(tx, studyId, otherIdentifiers), otherIdentifiers.length)
  if (!plain) return false
  const rows = batch.instances.map((instance) => ({
    instance,
    version: 1,
    current: true,
    studyHeaderNo: 0,
    seriesHeaderNo: 0,
  }))
  // Sent together: the server takes them in order, and one round trip serves all.
  const [, inserted] = await Promise.all([
    insertSeries(tx, studyId, series),
    insertInstances(tx, { studyId, packId: batch.packId }, rows),
    putDueStudy(tx, studyId, batch.stableMs),
  ])
  requireAllInserted(inserted, rows.length)
  return true
}
