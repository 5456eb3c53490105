import type { Transaction } from '../database/open-database.ts'
import { findKnownVersions } from '../queries/find-known-versions.ts'
import { lockStudy } from '../queries/lock-study.ts'
import { type LockedStudy, readLockedStudy } from '../queries/read-locked-study.ts'
import type { KnownVersion } from './plan-study.ts'
import { type StudyBatch, versionsOf } from './study-batch.ts'

/** A study locked by this transaction, and what it has of the instances that just came. */
export interface HeldStudy {
  readonly study: LockedStudy
  readonly known: readonly KnownVersion[]
}

/** `undefined` when there is no such study. Each statement sees what was committed before it, so the lock comes first. */
export async function holdStudy(tx: Transaction, batch: StudyBatch): Promise<HeldStudy | undefined> {
  const seriesInstanceUids = new Set(batch.instances.map(({ seriesInstanceUid }) => seriesInstanceUid))
  const [isLocked, study, known] = await Promise.all([
    lockStudy(tx, batch.studyInstanceUid),
    readLockedStudy(tx, batch.studyInstanceUid, [...seriesInstanceUids]),
    findKnownVersions(tx, { ...versionsOf(batch), allMultiple: false }),
  ])
  // One that appeared between the statements is seen but not held.
  return !isLocked || study === undefined ? undefined : { study, known }
}
