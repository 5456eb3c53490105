import { createHash } from 'node:crypto'
import type { Sql } from '@vna/database'
import { appendEvents, CatalogError, runQuery, runTransaction } from '@vna/database'
import { type ChangeOptions, mergeIdentities } from './change-identities.ts'
import { cleanIdentifier, type Identifier, type IdentityMerge, keyOf } from './identity.ts'

/** A merge that a message asked for and that nobody decided about yet. */
export interface MergeProposal extends IdentityMerge {
  readonly id: string
  readonly proposedAt: Date
}

export interface ProposalDecision {
  readonly id: string
  readonly decision: 'confirm' | 'refuse'
  readonly by: string
}

const mergeProposalLimits = { maxPerList: 500 } as const

/** False when it was proposed before: what a person refused is not asked again. */
export async function proposeMerge(sql: Sql, merge: IdentityMerge, options: ChangeOptions = {}): Promise<boolean> {
  const [survivor, merged] = [cleanIdentifier(merge.survivor), cleanIdentifier(merge.merged)]
  const at = (options.at ?? new Date()).toISOString()
  return runTransaction(sql, async (tx) => {
    const { count } = await tx`
      insert into merge_proposals (id, survivor_issuer, survivor_identifier, merged_issuer, merged_identifier, source,
        proposed_at)
      values (${proposalIdOf(survivor, merged)}::uuid, ${survivor.issuer}, ${survivor.identifier}, ${merged.issuer},
        ${merged.identifier}, ${merge.source}, ${at}::timestamptz)
      on conflict do nothing`
    if (count > 0 && options.recordEvent !== false) {
      await appendEvents(tx, [{ type: 'merge-proposed', payload: { survivor, merged, source: merge.source, at } }])
    }
    return count > 0
  })
}

/** Those that wait for a person, oldest first. */
export async function listMergeProposals(sql: Sql): Promise<readonly MergeProposal[]> {
  return runQuery(
    () => sql<MergeProposal[]>`
      select id, source, proposed_at as "proposedAt",
        json_build_object('issuer', survivor_issuer, 'identifier', survivor_identifier) as survivor,
        json_build_object('issuer', merged_issuer, 'identifier', merged_identifier) as merged
      from merge_proposals where decision is null
      order by proposed_at, id limit ${mergeProposalLimits.maxPerList}::int`,
  )
}

/** A person confirms, and the identifiers are merged, or refuses. `not-found` when none with this id waits. */
export async function decideMergeProposal(sql: Sql, { id, decision, by }: ProposalDecision): Promise<void> {
  const [open] = await runQuery(
    () => sql<{ survivor: Identifier; merged: Identifier }[]>`
      select json_build_object('issuer', survivor_issuer, 'identifier', survivor_identifier) as survivor,
        json_build_object('issuer', merged_issuer, 'identifier', merged_identifier) as merged
      from merge_proposals where id = ${id}::uuid and decision is null`,
  )
  if (open === undefined) throw new CatalogError('not-found', 'no such merge waits for a decision')
  // First the merge, which may be repeated: were the decision kept alone, it would never be done.
  if (decision === 'confirm') await mergeIdentities(sql, { ...open, source: `api:${by}` })
  await settleProposal(sql, { id, decision, by })
}

/** Keeps a decision, without doing what it says: that is an event of its own. */
export async function settleProposal(
  sql: Sql,
  { id, decision, by }: ProposalDecision,
  options: ChangeOptions = {},
): Promise<void> {
  const at = (options.at ?? new Date()).toISOString()
  await runTransaction(sql, async (tx) => {
    const { count } = await tx`
      update merge_proposals set decision = ${decision}, decided_by = ${by}, decided_at = ${at}::timestamptz
      where id = ${id}::uuid and decision is null`
    if (count > 0 && options.recordEvent !== false) {
      await appendEvents(tx, [{ type: 'merge-decided', payload: { id, decision, by, at } }])
    }
  })
}

/** The same merge is the same proposal: a UUID of version 8 (RFC 9562 5.8). */
function proposalIdOf(survivor: Identifier, merged: Identifier): string {
  const digest = createHash('sha256')
    .update(`${keyOf(survivor)}\n${keyOf(merged)}`)
    .digest()
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80
  return digest.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
