import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ListedTransmission } from '../../packages/transmissions/src/index.ts'
import { maxFailedParts } from '../../services/gateway/src/stow/store-request.ts'
import { GatewayFixture } from './support-gateway.ts'

let fixture: GatewayFixture

beforeAll(async () => {
  fixture = await GatewayFixture.start()
})
afterAll(() => fixture.stop())

async function store(body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${fixture.url}/dicomweb/studies`, {
    method: 'POST',
    body,
    headers: {
      authorization: `Bearer ${await fixture.tokenOf({ role: 'entity', entityCode: 'ASST-A', purpose: 'TREATMENT' })}`,
      'content-type': 'multipart/related; type="application/dicom"; boundary=b',
      ...headers,
    },
  })
}

const emptyParts = (count: number): string => `${'--b\r\n\r\n\r\n'.repeat(count)}--b--`

async function lastTransmission(): Promise<ListedTransmission | undefined> {
  const [row] = await fixture.catalog.transmissions.list({ limit: 1 })
  return row
}

describe('a STOW-RS request', () => {
  it('of some parts that are no DICOM is told of each', async () => {
    const response = await store(emptyParts(3))
    expect(response.status).toBe(409)
    const answer = (await response.json()) as Record<string, { Value: unknown[] }>
    expect(answer['0008119A']?.Value).toHaveLength(3)
  })

  it.each([
    ['of more failed parts than anybody reads', maxFailedParts * 2],
    ['of more parts than one request may have', 30_000],
  ])('%s is refused, and has its row with the address that the front door names', async (_, parts) => {
    const response = await store(emptyParts(parts), { 'x-forwarded-for': '192.0.2.7' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ type: 'urn:vna:problem:multipart-malformed' })
    const wanted = { outcome: 'broken', reason: 'multipart-limit', peer: '192.0.2.7' }
    await expect.poll(lastTransmission, { timeout: 5_000 }).toMatchObject(wanted)
  })

  it.each(['gzip', 'br', 'made-up'])('coded as %s is 415', async (coding) => {
    const response = await store(emptyParts(1), { 'content-encoding': coding })
    expect(response.status).toBe(415)
    expect(response.headers.get('accept-encoding')).toBe('identity')
  })
})
