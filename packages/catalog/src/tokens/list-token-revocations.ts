import type { Sql, Transaction } from '@vna/database'
import { type TokenRevocation, tokenRevocationLimits } from './token-revocation.ts'

interface Row {
  readonly id: string
  readonly tokenId: string | null
  readonly entityCode: string | null
  readonly role: string | null
  readonly issuedBefore: Date
  readonly by: string
  readonly reason: string
  readonly at: Date
}

/** Those in force, oldest first. */
export async function listTokenRevocations(sql: Sql | Transaction): Promise<readonly TokenRevocation[]> {
  const rows = await sql<Row[]>`
    select id, token_id as "tokenId", entity_code as "entityCode", role, issued_before as "issuedBefore",
      revoked_by as by, reason, revoked_at as at
    from token_revocations where issued_before > now() - make_interval(days => ${tokenRevocationLimits.maxTokenLifeDays}::int)
    order by revoked_at, id`
  return rows.map(({ tokenId, entityCode, role, issuedBefore, at, ...row }) => ({
    ...row,
    ...(tokenId !== null && { tokenId }),
    ...(entityCode !== null && { entityCode }),
    ...(role !== null && { role }),
    issuedBefore: issuedBefore.toISOString(),
    at: at.toISOString(),
  }))
}
