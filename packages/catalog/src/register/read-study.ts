import type { Transaction } from '@vna/database'
import { findKnownVersions } from '../instances/find-known-versions.ts'
import { type LockedStudy, readLockedStudy } from '../studies/read-locked-study.ts'
import type { KnownVersion } from './plan-study.ts'
import { type StudyBatch, versionsOf } from './study-batch.ts'

/** A study locked by this transaction, and what it has of the instances that just came. */
export interface HeldStudy {
  readonly study: LockedStudy
  readonly known: readonly KnownVersion[]
}

/** Reads a study whose lock this transaction has: each statement sees what was committed before it. */
export async function readStudy(tx: Transaction, batch: StudyBatch): Promise<HeldStudy> {
  const seriesInstanceUids = new Set(batch.instances.map(({ seriesInstanceUid }) => seriesInstanceUid))
  const [study, known] = await Promise.all([
    readLockedStudy(tx, batch.studyInstanceUid, [...seriesInstanceUids]),
    findKnownVersions(tx, versionsOf(batch)),
  ])
  if (study === undefined) throw new RangeError('a locked study is there')
  return { study, known }
}
