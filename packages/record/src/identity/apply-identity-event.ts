import type { Sql } from '@vna/database'
import type { FseEvent } from '../fse-event.ts'
import { linkIdentities, mergeIdentities, unmergeIdentities } from './change-identities.ts'
import type { IdentityLink, IdentityMerge, IdentityUnmerge } from './identity.ts'

/** Repeats a decision from the ledger; true when it was one of the cross-reference. */
export async function applyIdentityEvent(sql: Sql, { type, payload }: FseEvent): Promise<boolean> {
  const options = { at: timeOf(payload.at), recordEvent: false }
  // The ledger is our own writing, checked by its chain of digests.
  switch (type) {
    case 'identity-linked':
      await linkIdentities(sql, [payload as unknown as IdentityLink], options)
      return true
    case 'identity-merged':
      await mergeIdentities(sql, payload as unknown as IdentityMerge, options)
      return true
    case 'identity-unmerged':
      await unmergeIdentities(sql, payload as unknown as IdentityUnmerge, options)
      return true
    default:
      return false
  }
}

export function timeOf(value: unknown): Date | undefined {
  const at = typeof value === 'string' ? new Date(value) : undefined
  return at === undefined || Number.isNaN(at.getTime()) ? undefined : at
}
