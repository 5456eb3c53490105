import { randomUUID } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { AccessError } from './access-error.ts'
import { checkClaims, type Principal, type Purpose, type Role } from './principal.ts'
import type { SigningKey } from './signing-key.ts'

export const tokenLimits = {
  defaultTtlSeconds: 3600,
  maxTtlSeconds: 365 * 24 * 3600,
  /** Clocks of hosts differ a little. */
  clockToleranceSeconds: 5,
  maxTokenChars: 8192,
} as const

const issuer = 'vna'
const audience = 'vna'

export interface TokenRequest {
  readonly role: Role
  readonly subject?: string | undefined
  readonly entityCode?: string | undefined
  readonly patient?: string | undefined
  readonly purpose?: Purpose | undefined
  readonly ttlSeconds?: number | undefined
}

/** A JWT signed by the local key; throws AccessError('invalid-claims') when the claims do not belong together. */
export async function issueToken(key: SigningKey, request: TokenRequest, now: Date = new Date()): Promise<string> {
  const claims = checkClaims({ ...request })
  const ttlSeconds = request.ttlSeconds ?? tokenLimits.defaultTtlSeconds
  if (!(ttlSeconds > 0 && ttlSeconds <= tokenLimits.maxTtlSeconds)) {
    throw new AccessError('invalid-claims', 'a token lives between a second and a year')
  }
  const issuedAt = Math.floor(now.getTime() / 1000)
  return new SignJWT({
    role: claims.role,
    ...(claims.entityCode === undefined ? {} : { entity: claims.entityCode }),
    ...(claims.patient === undefined ? {} : { patient: claims.patient }),
    ...(claims.purpose === undefined ? {} : { purpose_of_use: claims.purpose }),
  })
    .setProtectedHeader({ alg: 'ES256', kid: key.keyId, typ: 'JWT' })
    .setSubject(claims.subject)
    .setIssuer(issuer)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + Math.ceil(ttlSeconds))
    .sign(key.privateKey)
}

/** Who a token stands for; throws AccessError with `invalid-token`, `expired-token` or `invalid-claims`. */
export async function verifyToken(key: SigningKey, token: string, now: Date = new Date()): Promise<Principal> {
  if (token.length > tokenLimits.maxTokenChars) throw new AccessError('invalid-token', 'the token is too long')
  const payload = await verifiedPayload(key, token, now)
  const claims = checkClaims({
    subject: payload.sub,
    role: payload.role,
    entityCode: payload.entity,
    patient: payload.patient,
    purpose: payload.purpose_of_use,
  })
  return {
    tokenId: payload.jti ?? '',
    subject: claims.subject,
    role: claims.role,
    ...(claims.entityCode === undefined ? {} : { entityCode: claims.entityCode }),
    ...(claims.patient === undefined ? {} : { patient: claims.patient }),
    ...(claims.purpose === undefined ? {} : { purpose: claims.purpose }),
    issuedAt: new Date((payload.iat ?? 0) * 1000),
    expiresAt: new Date((payload.exp ?? 0) * 1000),
  }
}

/** The token of an Authorization header; throws AccessError('missing-token'). */
export function bearerOf(authorization: string | undefined): string {
  const match = authorization?.match(/^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i)
  if (match?.[1] === undefined) throw new AccessError('missing-token', 'a bearer token is needed')
  return match[1]
}

/** Whoever signed it: a token is of the past, and lives no longer than one of ours may. */
function assertLifetime({ iat = Number.NaN, exp = Number.NaN }: JWTPayload, now: Date): void {
  const isOfThePast = iat <= now.getTime() / 1000 + tokenLimits.clockToleranceSeconds
  const isShort = exp > iat && exp - iat <= tokenLimits.maxTtlSeconds
  if (!isOfThePast || !isShort) throw new AccessError('invalid-token', 'the times of the token are not possible')
}

async function verifiedPayload(key: SigningKey, token: string, now: Date): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, key.publicKey, {
      algorithms: ['ES256'],
      issuer,
      audience,
      currentDate: now,
      clockTolerance: tokenLimits.clockToleranceSeconds,
      requiredClaims: ['exp', 'iat', 'sub', 'jti', 'role'],
    })
    assertLifetime(payload, now)
    return payload
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new AccessError('expired-token', 'the token has expired')
    if (error instanceof AccessError) throw error
    throw new AccessError('invalid-token', 'the token is not valid', { cause: error })
  }
}
