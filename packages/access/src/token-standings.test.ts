import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EntityRow, TokenRevocation } from '@vna/catalog'
import { afterAll, describe, expect, it } from 'vitest'
import type { Principal } from './principal.ts'
import { TokenStandings } from './token-standings.ts'

const folder = mkdtempSync(join(tmpdir(), 'vna-standings-'))
afterAll(() => rmSync(folder, { recursive: true }))

const issuedAt = new Date('2026-01-01T10:00:00Z')
const token = (more: Partial<Principal> = {}): Principal => ({
  ...{ tokenId: 't', subject: 's', role: 'entity', entityCode: 'ASST-A', issuedAt, expiresAt: new Date(0) },
  ...more,
})
const revocation = (more: Partial<TokenRevocation>): TokenRevocation => ({
  ...{ id: 'r', issuedBefore: '2026-01-01T11:00:00Z', by: 'x', reason: 'lost', at: '2026-01-01T11:00:00Z', ...more },
})

async function openOver(o: { entities?: readonly Partial<EntityRow>[]; snapshotFile?: string } = {}) {
  const state = {
    isDown: false,
    now: 0,
    entities: o.entities ?? [
      { code: 'ASST-A', status: 'active' },
      { code: 'ASST-S', status: 'suspended' },
    ],
    revocations: [] as TokenRevocation[],
  }
  const answer = async <T>(value: T): Promise<T> => {
    if (state.isDown) throw new Error('down')
    return value
  }
  const catalog = {
    listEntities: () => answer(state.entities as EntityRow[]),
    listTokenRevocations: () => answer(state.revocations),
  }
  const limits = { refreshMs: 5, maxAgeMs: 1_000, minLookIntervalMs: 100 }
  const options = { catalog, limits, onTrouble: () => {}, clock: () => state.now }
  const open = () => TokenStandings.open({ ...options, snapshotFile: o.snapshotFile })
  return { state, open, standings: await open() }
}

describe('what became of a token', () => {
  it('counts while its entity does', async () => {
    const { standings, state } = await openOver()
    expect(await standings.find(token())).toEqual({ isEntityActive: true })
    expect(await standings.find(token({ entityCode: 'ASST-S' }))).toEqual({ isEntityActive: false })
    expect(await standings.find(token({ entityCode: 'NOBODY' }))).toEqual({ isEntityActive: false })
    expect(await standings.find({ ...token({ role: 'operator' }), entityCode: undefined } as never)).toEqual({
      isEntityActive: true,
    })
    // Registered a moment ago.
    state.entities = [...state.entities, { code: 'NOBODY', status: 'active' }]
    state.now += 100
    expect(await standings.find(token({ entityCode: 'NOBODY' }))).toEqual({ isEntityActive: true })
    await standings.close()
  })

  it.each([
    ['its number', { tokenId: 't' }, true],
    ['the number of another', { tokenId: 'other' }, false],
    ['its entity', { entityCode: 'ASST-A' }, true],
    ['another entity', { entityCode: 'ASST-S' }, false],
    ['its role', { role: 'entity' }, true],
    ['another role', { role: 'fse' }, false],
    ['its entity in another role', { entityCode: 'ASST-A', role: 'fse' }, false],
    ['its entity, of earlier tokens', { entityCode: 'ASST-A', issuedBefore: '2026-01-01T09:59:59Z' }, false],
  ] as const)('is revoked by %s', async (_, given, isRevoked) => {
    const { standings, state } = await openOver()
    state.revocations = [revocation(given)]
    const outcome = () =>
      standings.find(token()).then(
        () => 'counts',
        (error: { code: string }) => error.code,
      )
    if (isRevoked) await expect.poll(outcome).toBe('revoked-token')
    else {
      await new Promise((resolve) => setTimeout(resolve, 30))
      expect(await outcome()).toBe('counts')
    }
    await standings.close()
  })

  it('is not answered by an old list', async () => {
    const { standings, state, open } = await openOver()
    state.isDown = true
    state.now += 999
    expect(await standings.find(token())).toEqual({ isEntityActive: true })
    state.now += 100
    await expect(standings.find(token())).rejects.toMatchObject({ code: 'standing-unknown', retryable: true })
    const started = await open()
    await expect(started.find(token())).rejects.toMatchObject({ code: 'standing-unknown' })
    await Promise.all([standings.close(), started.close()])
  })

  it('is known to a receiver by its copy, however old', async () => {
    const { standings, state, open } = await openOver({ snapshotFile: join(folder, 'a', 'tokens.json') })
    state.revocations = [revocation({ tokenId: 'gone' })]
    await expect.poll(() => standings.find(token({ tokenId: 'gone' })).catch(({ code }) => code)).toBe('revoked-token')
    await standings.close()
    state.isDown = true
    const started = await open()
    state.now += 1e9
    expect(await started.find(token())).toEqual({ isEntityActive: true })
    await expect(started.find(token({ tokenId: 'gone' }))).rejects.toMatchObject({ code: 'revoked-token' })
    await started.close()
  })
})
