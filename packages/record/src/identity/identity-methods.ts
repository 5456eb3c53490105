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
  resolveIdentifiers(identifiers: readonly Identifier[]): Promise<readonly ResolvedIdentifier[]>
}

export function identityMethods(sql: Sql): IdentityCatalog {
  return {
    linkIdentity: async (link) => (await linkIdentities(sql, [link])) > 0,
    linkIdentities: (links) => linkIdentities(sql, links),
    mergeIdentities: (merge) => mergeIdentities(sql, merge),
    unmergeIdentities: (unmerge) => unmergeIdentities(sql, unmerge),
    resolveIdentifiers: (identifiers) => runQuery(() => resolveIdentifiers(sql, identifiers.map(cleanIdentifier))),
  }
}
