import type { Transaction } from '../database/open-database.ts'
import { insertInstances } from '../queries/insert-instances.ts'
import { insertPatientIdentifiers } from '../queries/insert-patient-identifiers.ts'
import { insertSeries } from '../queries/insert-series.ts'
import { insertStudy } from '../queries/insert-study.ts'
import { putDueStudy } from '../queries/put-due-study.ts'
import { requireAllInserted } from './lost-dictionary.ts'
import { isPlain, modalitiesOf, type StudyBatch, seriesOf } from './study-batch.ts'

/**
 * The common case in two round trips: a study nobody has seen and nothing to decide is written with its final counts.
 * False when the study is there, or now is there without contents, and must be extended.
 */
export async function registerNewStudy(tx: Transaction, batch: StudyBatch): Promise<boolean> {
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
  if (!plain) {
    await insertPatientIdentifiers(tx, studyId, otherIdentifiers)
    return false
  }
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
    insertPatientIdentifiers(tx, studyId, otherIdentifiers),
    putDueStudy(tx, studyId, batch.stableMs),
  ])
  requireAllInserted(inserted, rows.length)
  return true
}
