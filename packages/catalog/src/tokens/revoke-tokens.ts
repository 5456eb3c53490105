import type { Sql } from '@vna/database'
import { appendEvents, CatalogError, runTransaction } from '@vna/database'
import { listTokenRevocations } from './list-token-revocations.ts'
import { type TokenRevocation, tokenRevocationLimits } from './token-revocation.ts'

const revocationLock = 7_237_017

/** Keeps a revocation and its event, in one transaction; one that is kept already changes nothing. */
export async function revokeTokens(
  sql: Sql,
  given: TokenRevocation,
  options: { readonly recordEvent?: boolean | undefined } = {},
): Promise<void> {
  const { id, tokenId, entityCode, role, issuedBefore, by, reason, at } = given
  if ((tokenId ?? entityCode ?? role) === undefined) {
    throw new CatalogError('invalid-input', 'a revocation names a token, an entity or a role')
  }
  await runTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(${revocationLock}::int)`
    if ((await listTokenRevocations(tx)).length >= tokenRevocationLimits.maxRevocations) {
      throw new CatalogError('conflict', 'too many revocations; revoke by entity or by role')
    }
    const { count } = await tx`
      insert into token_revocations (id, token_id, entity_code, role, issued_before, revoked_by, reason, revoked_at)
      values (${id}::uuid, ${tokenId ?? null}, ${entityCode ?? null}, ${role ?? null}, ${issuedBefore}::timestamptz,
        ${by}, ${reason}, ${at}::timestamptz)
      on conflict do nothing`
    if (count > 0 && options.recordEvent !== false) await appendEvents(tx, [{ type: 'tokens-revoked', payload: given }])
  })
}
