import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSigningKey, verifyToken } from '../../packages/access/src/index.ts'
import type { TokenRevocation } from '../../packages/catalog/src/index.ts'
import { updateEntity } from '../../packages/entities/src/index.ts'
import { replayEvents } from './support-catalog.ts'
import { LinkerFixture } from './support-linker.ts'
import { QueryFixture } from './support-query.ts'

const seconds = { timeout: 5_000 }
const now = () => new Date().toISOString()
const revocationOf = (given: Partial<TokenRevocation>): TokenRevocation => ({
  ...{ id: randomUUID(), issuedBefore: now(), by: 'test', reason: 'lost', at: now() },
  ...given,
})

describe('a token of the linker', () => {
  let fixture: LinkerFixture
  beforeAll(async () => {
    fixture = await LinkerFixture.start()
  }, 60_000)
  afterAll(() => fixture.stop())

  const edges = [
    ['GET', '/reports'],
    ['GET', '/reports/review'],
    ['POST', '/reports'],
    ['GET', '/fhir/DocumentReference?patient.identifier=x|y'],
    ['GET', '/fhir/metadata'],
    ['GET', '/fse/v1/unresolved'],
  ] as const
  const answersTo = async (token: string) =>
    Promise.all(
      edges.map(async ([method, path]) => {
        const response = await fixture.fetch(path, { method, token })
        const { reason } = (await response.json().catch(() => ({}))) as { reason?: string }
        return [response.status, reason]
      }),
    )

  it('counts nothing while its entity is suspended, or nobody registered it', async () => {
    const token = await fixture.token({ role: 'entity', entityCode: 'ASST-B' })
    const { catalog } = fixture.catalog
    const [first] = await answersTo(token)
    expect(first).toEqual([200, undefined])
    await updateEntity(catalog, 'ASST-B', { status: 'suspended' })
    // The health record's own answers (OperationOutcome) tell no reason.
    const refused = edges.map(([, path]) => [403, path.startsWith('/fhir') ? undefined : 'entity-not-active'])
    await expect.poll(() => answersTo(token), seconds).toEqual(refused)
    expect(await answersTo(await fixture.token({ role: 'entity', entityCode: 'ASST-X' }))).toEqual(refused)
    await updateEntity(catalog, 'ASST-B', { status: 'active' })
    await expect.poll(async () => (await answersTo(token))[0], seconds).toEqual([200, undefined])
  })

  it('is revoked by its number, or with those of its entity issued until then, also in a rebuilt catalog', async () => {
    const [one, two] = [
      await fixture.token({ role: 'entity', entityCode: 'ASST-C' }),
      await fixture.token({ role: 'entity', entityCode: 'ASST-C' }),
    ]
    const { catalog, database } = fixture.catalog
    const { tokenId } = await verifyToken(await openSigningKey(`${fixture.home}/keys`), one)
    const statusOf = async (token: string) => (await fixture.fetch('/reports', { token })).status
    await catalog.revokeTokens(revocationOf({ tokenId }))
    await expect.poll(() => statusOf(one), seconds).toBe(401)
    expect(await statusOf(two)).toBe(200)
    await catalog.revokeTokens(revocationOf({ entityCode: 'ASST-C' }))
    await expect.poll(() => statusOf(two), seconds).toBe(401)
    expect(await statusOf(await fixture.token({ role: 'entity', entityCode: 'ASST-A' }))).toBe(200)

    const kept = await catalog.listTokenRevocations()
    await database.sql`delete from token_revocations`
    await replayEvents(fixture.catalog, await database.pendingLedgerEvents())
    expect(await catalog.listTokenRevocations()).toEqual(kept)
  })
})

it('a suspended entity searches and retrieves nothing', async () => {
  const archive = await QueryFixture.start()
  const { catalog } = archive.catalog
  const token = await archive.token({ role: 'entity', entityCode: 'ASST-B' })
  const statuses = async () =>
    Promise.all(
      ['studies', 'studies/1.2.3/metadata'].map(async (path) => {
        const headers = { authorization: `Bearer ${token}` }
        return (await fetch(`${archive.dicomweb}/${path}`, { headers })).status
      }),
    )
  expect(await statuses()).not.toContain(403)
  await updateEntity(catalog, 'ASST-B', { status: 'suspended' })
  await expect.poll(statuses, seconds).toEqual([403, 403])
  await archive.stop()
}, 60_000)
