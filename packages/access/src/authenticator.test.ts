import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Authenticator } from './authenticator.ts'
import { openSigningKey, type SigningKey } from './signing-key.ts'
import { issueToken } from './tokens.ts'

let folder: string
let key: SigningKey
let foreignKey: SigningKey

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vna-authenticator-'))
  key = await openSigningKey(join(folder, 'own'))
  foreignKey = await openSigningKey(join(folder, 'foreign'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('Authenticator', () => {
  it('knows who asks, again and again, until the token expires', async () => {
    let now = new Date('2026-01-01T00:00:00Z')
    const authenticator = new Authenticator({ key, clock: () => now })
    const token = await issueToken(key, { role: 'entity', entityCode: 'ASST-TEST', ttlSeconds: 60 }, now)
    for (let round = 0; round < 2; round++) {
      const principal = await authenticator.authenticate(`Bearer ${token}`)
      expect(principal).toMatchObject({ role: 'entity', entityCode: 'ASST-TEST' })
    }
    now = new Date('2026-01-01T00:02:00Z')
    await expect(authenticator.authenticate(`Bearer ${token}`)).rejects.toMatchObject({ code: 'expired-token' })
  })

  it('refuses everything else and says why', async () => {
    const authenticator = new Authenticator({ key })
    const foreign = await issueToken(foreignKey, { role: 'admin' })
    await expect(authenticator.authenticate(undefined)).rejects.toMatchObject({ code: 'missing-token' })
    await expect(authenticator.authenticate('Basic YTpi')).rejects.toMatchObject({ code: 'missing-token' })
    for (const authorization of ['Bearer nonsense', `Bearer ${foreign}`, `Bearer ${'x'.repeat(9000)}`]) {
      await expect(authenticator.authenticate(authorization)).rejects.toMatchObject({ code: 'invalid-token' })
    }
  })
})
