import type { Transaction } from '@vna/database'
import type { SamePerson } from '../holders/judge-holders.ts'
import { insertInstances } from '../instances/insert-instances.ts'
import { insertPatientIdentifiers } from '../patients/insert-patient-identifiers.ts'
import { insertSeries } from '../series/insert-series.ts'
import { insertStudy } from '../studies/insert-study.ts'
import { lockStudies } from '../studies/lock-studies.ts'
import { extendStudy } from './extend-study.ts'
import { requireAllInserted } from './lost-dictionary.ts'
import { readStudy } from './read-study.ts'
import { isPlain, modalitiesOf, type StudyBatch, seriesOf } from './study-batch.ts'

/** Registers the instances of one study, locked where it was there; returns its revision. */
export async function registerStudy(
  tx: Transaction,
  batch: StudyBatch,
  { isLocked, samePerson }: { readonly isLocked: boolean; readonly samePerson: SamePerson },
): Promise<number> {
  if (!isLocked) {
    const isDone = await registerNewStudy(tx, batch)
    if (isDone) return 1
    // Either somebody else was faster, or it was made without contents because something must be decided.
    await lockStudies(tx, [batch.studyInstanceUid])
  }
  return extendStudy(tx, batch, await readStudy(tx, batch), samePerson)
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
    stableMs: batch.stableMs,
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
  ])
  requireAllInserted(inserted, rows.length)
  return true
}
