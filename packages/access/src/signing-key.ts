import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { AccessError } from './access-error.ts'

export interface SigningKey {
  readonly keyId: string
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  /** For whoever verifies our tokens elsewhere. */
  readonly publicJwk: JWK
}

const keyFile = 'token-signing-key.json'

/** The local ES256 key of `<home>/keys`, made at the first use; services that start together end with the same one. */
export async function openSigningKey(keysFolder: string): Promise<SigningKey> {
  const file = join(keysFolder, keyFile)
  const existing = await readKey(file)
  if (existing !== undefined) return existing
  await createKey(keysFolder, file)
  const created = await readKey(file)
  if (created === undefined) throw new AccessError('key-unreadable', 'the signing key could not be read back')
  return created
}

async function readKey(file: string): Promise<SigningKey | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new AccessError('key-unreadable', 'the signing key cannot be read', { cause: error })
  }
  try {
    const jwk: JWK = JSON.parse(text)
    const { d: _private, ...publicJwk } = jwk
    const [privateKey, publicKey] = await Promise.all([importJWK(jwk, 'ES256'), importJWK(publicJwk, 'ES256')])
    if (privateKey instanceof Uint8Array || publicKey instanceof Uint8Array) throw new TypeError('a symmetric key')
    return { keyId: jwk.kid ?? '', privateKey, publicKey, publicJwk }
  } catch (error) {
    // The cause might quote the file, so it stays out.
    throw new AccessError('key-unreadable', `the signing key is damaged (${error instanceof Error ? error.name : ''})`)
  }
}

/** Written aside with mode 0600 and linked: of several creators one wins, and nobody reads half a key. */
async function createKey(folder: string, file: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  const kid = await calculateJwkThumbprint(jwk)
  const aside = `${file}.${randomBytes(6).toString('hex')}.tmp`
  const handle = await open(aside, 'wx', 0o600)
  try {
    await handle.writeFile(JSON.stringify({ ...jwk, kid, alg: 'ES256', use: 'sig' }))
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    await link(aside, file)
  } catch (error) {
    if (!isExisting(error))
      throw new AccessError('key-unreadable', 'the signing key cannot be written', { cause: error })
  } finally {
    await unlink(aside)
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}
