import type { Sql } from '@vna/database'
import type { LedgerEvent } from '@vna/ledger-events'
import { linkIdentities, mergeIdentities, unmergeIdentities } from './change-identities.ts'
import { assignDomain } from './identity-domains.ts'
import { proposeMerge, settleProposal } from './merge-proposals.ts'

type IdentityEvent = LedgerEvent<
  'identity-linked' | 'identity-merged' | 'identity-unmerged' | 'domain-assigned' | 'merge-proposed' | 'merge-decided'
>

/** Repeats a decision of the cross-reference from the ledger. */
export async function applyIdentityEvent(sql: Sql, { type, payload }: IdentityEvent): Promise<void> {
  const options = { at: new Date(payload.at), recordEvent: false }
  switch (type) {
    case 'identity-linked':
      await linkIdentities(sql, [payload], options)
      return
    case 'identity-merged':
      await mergeIdentities(sql, payload, options)
      return
    case 'identity-unmerged':
      await unmergeIdentities(sql, payload, options)
      return
    case 'domain-assigned':
      await assignDomain(sql, payload, options)
      return
    case 'merge-proposed':
      await proposeMerge(sql, payload, options)
      return
    case 'merge-decided':
      await settleProposal(sql, payload, options)
      return
  }
}
