import type { Sql } from '@vna/database'
import { runQuery } from '@vna/database'
import { linkIdentities, mergeIdentities, unmergeIdentities } from './change-identities.ts'
import {
  cleanIdentifier,
  type Identifier,
  type IdentityLink,
  type IdentityMerge,
  type IdentityUnmerge,
} from './identity.ts'
import { assignDomain, claimDomains, type DomainOwner } from './identity-domains.ts'
import {
  decideMergeProposal,
  listMergeProposals,
  type MergeProposal,
  type ProposalDecision,
  proposeMerge,
} from './merge-proposals.ts'
import { type ResolvedIdentifier, resolveIdentifiers } from './resolve-identifiers.ts'

/**
 * Which identifiers stand for one person. Each change is an event in its transaction, and has the studies and reports of
 * the person looked at again. Fails with `conflict` where identifiers would stand for each other in a circle.
 */
export interface IdentityCatalog {
  /** False when it says nothing new. */
  linkIdentity(link: IdentityLink): Promise<boolean>
  /** In one transaction, up to `identityLimits.maxLinksPerTransaction`; returns how many said something new. */
  linkIdentities(links: readonly IdentityLink[]): Promise<number>
  /** False when it was merged so already. */
  mergeIdentities(merge: IdentityMerge): Promise<boolean>
  /** False when it is merged into nothing. */
  unmergeIdentities(unmerge: IdentityUnmerge): Promise<boolean>
  /** Owners of domains; those that nobody has are the entity's from now on, unless another owns one of them. */
  claimDomains(o: { readonly domains: readonly string[]; readonly entityCode: string }): Promise<readonly DomainOwner[]>
  assignDomain(owner: DomainOwner): Promise<boolean>
  /** False when it was proposed, or decided about, before. */
  proposeMerge(merge: IdentityMerge): Promise<boolean>
  listMergeProposals(): Promise<readonly MergeProposal[]>
  /** `not-found` when no such proposal waits. */
  decideMergeProposal(decision: ProposalDecision): Promise<void>
  resolveIdentifiers(identifiers: readonly Identifier[]): Promise<readonly ResolvedIdentifier[]>
}

export function identityMethods(sql: Sql): IdentityCatalog {
  return {
    linkIdentity: async (link) => (await linkIdentities(sql, [link])) > 0,
    linkIdentities: (links) => linkIdentities(sql, links),
    mergeIdentities: (merge) => mergeIdentities(sql, merge),
    unmergeIdentities: (unmerge) => unmergeIdentities(sql, unmerge),
    claimDomains: (o) => claimDomains(sql, o),
    assignDomain: (owner) => assignDomain(sql, owner),
    proposeMerge: (merge) => proposeMerge(sql, merge),
    listMergeProposals: () => listMergeProposals(sql),
    decideMergeProposal: (decision) => decideMergeProposal(sql, decision),
    resolveIdentifiers: (identifiers) => runQuery(() => resolveIdentifiers(sql, identifiers.map(cleanIdentifier))),
  }
}
