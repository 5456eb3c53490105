import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AccessError } from './access-error.ts'
import { openSigningKey, type SigningKey } from './signing-key.ts'
import { bearerOf, issueToken, verifyToken } from './tokens.ts'

let folder: string
let key: SigningKey

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vna-keys-'))
  key = await openSigningKey(join(folder, 'keys'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const now = new Date('2026-11-24T10:00:00Z')

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  return failure instanceof AccessError ? failure.code : failure
}

describe('the signing key', () => {
  it('is made once, by however many that start together, for its owner only', async () => {
    const shared = join(folder, 'shared')
    const keys = await Promise.all([1, 2, 3, 4].map(() => openSigningKey(shared)))
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(1)
    const files = await readdir(shared)
    expect(files).toHaveLength(1)
    expect((await stat(join(shared, files[0] ?? ''))).mode & 0o777).toBe(0o600)
    expect((await stat(shared)).mode & 0o777).toBe(0o700)
    expect(keys[0]?.publicJwk).not.toHaveProperty('d')
  })

  it('is never replaced when it cannot be read', async () => {
    const damaged = join(folder, 'damaged')
    await openSigningKey(damaged)
    const [file] = await readdir(damaged)
    await writeFile(join(damaged, file ?? ''), '{"kty":"EC","d":"secret')
    expect(await codeOf(openSigningKey(damaged))).toBe('key-unreadable')
    const failure = await openSigningKey(damaged).catch((error: unknown) => error)
    expect(String(failure)).not.toContain('secret')
  })
})

describe('a token', () => {
  it('says who it was issued to', async () => {
    const token = await issueToken(
      key,
      { role: 'fse', subject: 'portal', patient: 'rssmra80a01f205x', purpose: 'TREATMENT', ttlSeconds: 60 },
      now,
    )
    const principal = await verifyToken(key, token, now)
    expect(principal).toMatchObject({
      role: 'fse',
      subject: 'portal',
      patient: 'RSSMRA80A01F205X',
      purpose: 'TREATMENT',
    })
    expect(principal.expiresAt).toEqual(new Date('2026-11-24T10:01:00Z'))
    expect(principal.tokenId).not.toBe('')
  })

  it.each([
    ['an entity without its code', { role: 'entity' }],
    ['a citizen without a patient', { role: 'citizen' }],
    ['an unknown role', { role: 'root' }],
    ['an unknown purpose', { role: 'fse', purpose: 'CURIOSITY' }],
    ['no time to live', { role: 'admin', ttlSeconds: 0 }],
    ['ten years', { role: 'admin', ttlSeconds: 10 * 365 * 86_400 }],
  ])('is not issued to %s', async (_, request) => {
    expect(await codeOf(issueToken(key, request as never, now))).toBe('invalid-claims')
  })

  it('ends with its time, give or take the difference of clocks', async () => {
    const token = await issueToken(key, { role: 'admin', ttlSeconds: 60 }, now)
    await verifyToken(key, token, new Date('2026-11-24T10:01:04Z'))
    expect(await codeOf(verifyToken(key, token, new Date('2026-11-24T10:01:06Z')))).toBe('expired-token')
  })

  it('of another key, changed, unsigned or of another audience is not valid', async () => {
    const token = await issueToken(key, { role: 'operator' }, now)
    const other = await openSigningKey(join(folder, 'other'))
    expect(await codeOf(verifyToken(other, token, now))).toBe('invalid-token')

    const [header = '', , signature = ''] = token.split('.')
    const claims = { role: 'admin', sub: 'x', jti: 'x', iss: 'vna', aud: 'vna', iat: 1, exp: 9_999_999_999 }
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    expect(await codeOf(verifyToken(key, `${header}.${encode(claims)}.${signature}`, now))).toBe('invalid-token')
    expect(await codeOf(verifyToken(key, `${encode({ alg: 'none' })}.${encode(claims)}.`, now))).toBe('invalid-token')

    const elsewhere = new SignJWT({ ...claims, aud: 'other' }).setProtectedHeader({ alg: 'ES256' })
    expect(await codeOf(verifyToken(key, await elsewhere.sign(key.privateKey), now))).toBe('invalid-token')
    const pair = await generateKeyPair('ES256')
    const forged = new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: key.keyId })
    expect(await codeOf(verifyToken(key, await forged.sign(pair.privateKey), now))).toBe('invalid-token')
  })

  const second = now.getTime() / 1000
  const year = 365 * 24 * 3600
  it.each([
    ['in the future', { iat: second + 6, exp: second + 60 }, 'invalid-token'],
    ['a moment ahead of our clock', { iat: second + 4, exp: second + 60 }, undefined],
    ['for longer than any', { iat: second, exp: second + year + 1 }, 'invalid-token'],
    ['as long ago as no token lives', { iat: 1, exp: second + 60 }, 'invalid-token'],
    ['for as long as one may live', { iat: second, exp: second + year }, undefined],
    ['without an end', { iat: second }, 'invalid-token'],
    ['without a beginning', { exp: second + 60 }, 'invalid-token'],
    ['ending before it begins', { iat: second + 4, exp: second + 3 }, 'invalid-token'],
  ])('issued %s', async (_, times, code) => {
    const claims = { role: 'admin', sub: 'x', jti: 'x', iss: 'vna', aud: 'vna', ...times }
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(key.privateKey)
    const verified = verifyToken(key, token, now).then(() => undefined)
    expect(await verified.catch((error: AccessError) => error.code)).toBe(code)
  })

  it('with claims that do not belong together is refused although it is signed', async () => {
    const iat = now.getTime() / 1000
    const claims = { role: 'entity', sub: 'x', jti: 'x', iss: 'vna', aud: 'vna', iat, exp: iat + 60 }
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(key.privateKey)
    expect(await codeOf(verifyToken(key, token, now))).toBe('invalid-claims')
    expect(await codeOf(verifyToken(key, 'x'.repeat(10_000), now))).toBe('invalid-token')
    expect(await codeOf(verifyToken(key, '', now))).toBe('invalid-token')
  })
})

describe('the Authorization header', () => {
  it('carries a bearer token in any letters', () => {
    expect(bearerOf('Bearer abc.def.ghi')).toBe('abc.def.ghi')
    expect(bearerOf('bearer  abc ')).toBe('abc')
  })

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic abc', 'Bearer a b', 'Bearer a\u0000'])(
    'without one: %j',
    (header) => {
      expect(() => bearerOf(header)).toThrow(AccessError)
    },
  )
})
