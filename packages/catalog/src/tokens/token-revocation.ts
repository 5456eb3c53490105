/** Tokens that count no longer: by number, by entity, by role, or by what of these is given together. */
export interface TokenRevocation {
  readonly id: string
  readonly tokenId?: string | undefined
  readonly entityCode?: string | undefined
  readonly role?: string | undefined
  /** Those issued until then (ISO 8601). */
  readonly issuedBefore: string
  /** Who revoked them. */
  readonly by: string
  readonly reason: string
  readonly at: string
}

export const tokenRevocationLimits = {
  /** In force at once; every service holds them in memory. Many tokens are revoked by entity or role. */
  maxRevocations: 10_000,
  /** No token lives longer, so what was issued before needs no revocation any more. */
  maxTokenLifeDays: 366,
} as const
