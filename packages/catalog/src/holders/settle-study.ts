import type { Transaction } from '@vna/database'
import { findKnownVersions } from '../instances/find-known-versions.ts'
import { setCurrentVersions } from '../instances/set-current-versions.ts'
import { currentOf, type KnownVersion } from '../register/plan-study.ts'
import { type HolderJudgement, judgeHolders, type SamePerson } from './judge-holders.ts'
import { agreementNumbers, type KnownHolders, proofNumbers, readHolderFacts } from './read-holder-facts.ts'
import { writeRecordRows } from './write-record-rows.ts'

export interface SettledStudy {
  readonly originatorId: number
  /** What the record shows is another: an instance, or whose study it is. */
  readonly isChanged: boolean
}

/**
 * Brings the record's rows of a shared study to what its holders' rows say: whose it is, which versions are current and what the
 * study and its series show. Holders whose person is not known to be the originator's have no current version. `touched`: the
 * hashes of SOP Instance UIDs that something came for; every version is looked at where the judgement changes.
 */
export async function settleStudy(
  tx: Transaction,
  study: { readonly id: number; readonly studyInstanceUid: string; readonly touched: readonly number[] | 'all' },
  samePerson: SamePerson,
): Promise<SettledStudy> {
  const known = await readHolderFacts(tx, study.id)
  const judgement = judgeHolders(known.holders, known.proofs, samePerson)
  const { isRecordAnother, areVersionsAnother } = changesOf(known, judgement)
  await writeJudgement(tx, study.id, known, judgement)
  const versions = await findKnownVersions(tx, {
    studyInstanceUid: study.studyInstanceUid,
    sopHashes: study.touched === 'all' || areVersionsAnother ? 'all' : study.touched,
  })
  const changes = currentChangesOf(versions, judgement)
  await setCurrentVersions(tx, study.id, changes)
  await writeRecordRows(tx, study.id)
  return { originatorId: judgement.originatorId, isChanged: isRecordAnother || changes.length > 0 }
}

/** A newcomer whose person is another changes nothing of the record; nor does it that the study was published meanwhile. */
function changesOf({ holders }: KnownHolders, { originatorId, proof, agreements }: HolderJudgement) {
  const before = holders.find(({ agreement }) => agreement === agreementNumbers.originator)
  const isProven = (number: number) => number > proofNumbers.published
  const isAnother = before?.entityId !== originatorId
  return {
    isRecordAnother: isAnother || isProven(before.proof) !== isProven(proofNumbers[proof]),
    areVersionsAnother:
      isAnother ||
      holders.some(({ entityId, agreement }) => {
        const now = agreementNumbers[agreements.get(entityId) ?? 'unknown']
        return isAgreeing(agreement) !== isAgreeing(now)
      }),
  }
}

function isAgreeing(agreement: number): boolean {
  return agreement <= agreementNumbers.same
}

async function writeJudgement(
  tx: Transaction,
  studyId: number,
  { holders }: KnownHolders,
  { originatorId, proof, agreements }: HolderJudgement,
): Promise<void> {
  const rows = holders.map(({ entityId }) => ({
    entityId,
    agreement: agreementNumbers[agreements.get(entityId) ?? 'unknown'],
    proof: entityId === originatorId ? proofNumbers[proof] : 0,
  }))
  await tx`
    update holder_studies h set agreement = r.agreement, proof = r.proof
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r ("entityId" smallint, agreement smallint, proof smallint)
    where h.id = ${studyId}::bigint and h.holder_id = r."entityId" and (h.agreement, h.proof) <> (r.agreement, r.proof)`
}

function currentChangesOf(versions: readonly KnownVersion[], { originatorId, agreements }: HolderJudgement) {
  const agreeing = new Set(
    [...agreements].filter(([, how]) => isAgreeing(agreementNumbers[how])).map(([entityId]) => entityId),
  )
  const byUid = Map.groupBy(versions, ({ sopInstanceUid }) => sopInstanceUid)
  return [...byUid.values()].flatMap((ofUid) => {
    const shown = currentOf(ofUid, { ownerEntityId: originatorId, agreeing })
    return ofUid
      .map(({ sopHash, version, current }) => ({ sopHash, version, current: version === shown, was: current }))
      .filter(({ current, was }) => current !== was)
      .map(({ sopHash, version, current }) => ({ sopHash, version, current }))
  })
}
