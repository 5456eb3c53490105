import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ActionKind, openAccess, roles } from '../../packages/access/src/index.ts'
import { requestAssociation, verificationSopClassUid } from '../../packages/dicom-net/src/index.ts'
import { updateEntity } from '../../packages/entities/src/index.ts'
import { encodeMllp, MllpDecoder } from '../../packages/hl7/src/index.ts'
import { createLogger, createMetrics } from '../../packages/runtime/src/index.ts'
import type { Transmission } from '../../packages/transmissions/src/index.ts'
import { actionOfService, assertServicesAsk } from '../../services/gateway/src/dimse/refusals-of-access.ts'
import { createStoreApp } from '../../services/gateway/src/stow/store-app.ts'
import type { IntakeDependencies } from '../../services/linker/src/intake/receive-report.ts'
import { messageKinds } from '../../services/linker/src/mllp/handle-message.ts'
import { type ListenerDependencies, openMllpListener } from '../../services/linker/src/mllp/mllp-listener.ts'
import { type CatalogFixture, ctImageStorage } from './support-catalog.ts'
import { GatewayFixture } from './support-gateway.ts'
import { LinkerFixture } from './support-linker.ts'
import { pathOf, routesOf } from './support-routes.ts'

async function denials({ catalog }: CatalogFixture, action: string) {
  const rows = await catalog.listAudit(0, 10_000)
  return rows.filter((row) => row.action === action && row.outcome === 'denied')
}

describe('the gateway', () => {
  let fixture: GatewayFixture
  let catalog: CatalogFixture

  beforeAll(async () => {
    fixture = await GatewayFixture.start()
    catalog = fixture.catalog
  })
  afterAll(() => fixture.stop())

  const associate = (callingAeTitle: string, calledAeTitle = 'VNA') =>
    requestAssociation({
      ...{ host: '127.0.0.1', port: fixture.dimsePort, callingAeTitle, calledAeTitle },
      presentationContexts: [verificationSopClassUid, ctImageStorage].map((abstractSyntaxUid) => ({
        abstractSyntaxUid,
        transferSyntaxUids: ['1.2.840.10008.1.2'],
      })),
    })

  it('has no route of STOW-RS that asks nobody, and refuses all but entities, each in the trail', async () => {
    const routes = routesOf(
      createStoreApp({
        handle: () => Promise.reject(new Error('only listed')),
        logger: createLogger({ service: 'gateway', level: 'silent' }),
        metrics: createMetrics({ service: 'gateway', withProcessMetrics: false }),
      }),
    )
    expect(routes).toEqual(['POST /dicomweb/studies', 'POST /dicomweb/studies/:study'])
    const patient = 'RSSNNA80A41F205X'
    const claimsOf = (role: (typeof roles)[number]) =>
      role === 'entity' ? { entityCode: 'ASST-NONE' } : role === 'citizen' ? { patient } : {}
    for (const route of routes) {
      const path = pathOf(route.replace('POST ', ''))
      for (const role of roles) {
        const before = (await denials(catalog, 'store')).length
        const authorization = `Bearer ${await fixture.tokenOf({ role, purpose: 'TREATMENT', ...claimsOf(role) })}`
        const headers = { authorization, 'content-type': 'application/dicom' }
        const response = await fetch(`${fixture.url}${path}`, { method: 'POST', headers, body: 'x' })
        // The one entity of these tokens is not registered.
        const reason = role === 'entity' ? 'entity-not-active' : 'role-may-not-store'
        expect(response.status, role).toBe(403)
        expect(await response.json()).toMatchObject({ type: 'urn:vna:problem:forbidden', reason })
        const after = await denials(catalog, 'store')
        expect(after.length, role).toBe(before + 1)
        expect(after.at(-1)).toMatchObject({ role, object: { reason } })
      }
      expect((await fetch(`${fixture.url}${path}`, { method: 'POST' })).status).toBe(401)
    }
  })

  it('knows what each DIMSE service asks, and starts with no other', () => {
    expect(() => assertServicesAsk([...actionOfService.keys()])).not.toThrow()
    expect(() => assertServicesAsk([...actionOfService.keys(), 0x0021])).toThrow('33')
  })

  it('rejects strangers with the reason of PS3.8, and counts them', async () => {
    const rejected = { code: 'association-rejected' }
    for (let times = 0; times < 3; times++) {
      await expect(associate('NOBODY')).rejects.toMatchObject({
        ...rejected,
        details: { result: 1, source: 1, reason: 3 },
      })
    }
    await expect(associate('PACS_A', 'ORTHANC')).rejects.toMatchObject({
      ...rejected,
      details: { result: 1, source: 1, reason: 7 },
    })
    await expect.poll(async () => (await denials(catalog, 'sign-in')).length, { timeout: 5_000 }).toBeGreaterThan(1)
    // One transmission for an address and minute, whatever it calls itself.
    const strangers = async () =>
      (await catalog.transmissions.list({ limit: 100 })).filter(({ outcome }) => outcome === 'rejected').length
    await expect.poll(strangers, { timeout: 5_000 }).toBe(1)
  })

  it('answers an entity until it is suspended, then refuses each service', async () => {
    const association = await associate('PACS_A')
    expect((await association.echo()).status).toBe(0)
    const store = (sopInstanceUid: string) =>
      association.store({
        ...{ sopClassUid: ctImageStorage, sopInstanceUid, transferSyntaxUid: '1.2.840.10008.1.2' },
        dataSet: Buffer.from([0x08, 0, 0x16, 0, 0, 0, 0, 0]),
      })
    expect((await store('1.2.3.1')).status, 'a data set that says nothing').not.toBe(0x0124)
    await updateEntity(catalog.catalog, 'ASST-A', { status: 'suspended' })
    await expect.poll(async () => (await store('1.2.3.2')).status, { timeout: 10_000 }).toBe(0x0124)
    await association.release()
    await expect(associate('PACS_A')).rejects.toMatchObject({ details: { result: 1, source: 1, reason: 3 } })
    // Counted while the association goes on, so the entry comes a moment later.
    const last = async () => (await denials(catalog, 'store')).at(-1)
    const counted = { actor: 'PACS_A', object: { reason: 'entity-not-active', entity: 'ASST-A' } }
    await expect.poll(last, { timeout: 5_000 }).toMatchObject(counted)
  })

  it('has told of every stranger when it stops', async () => {
    await fixture.stopService()
    const rows = await denials(catalog, 'sign-in')
    const ofNobody = rows.filter(({ actor }) => actor === 'NOBODY')
    expect(ofNobody.reduce((sum, { object }) => sum + Number(object.times), 0)).toBe(3)
    const reasons = rows.map(({ object }) => object.reason)
    expect(reasons).toEqual(expect.arrayContaining(['missing-token', 'called-name-unknown', 'entity-not-active']))
  })
})

describe('HL7', () => {
  let fixture: LinkerFixture

  beforeAll(async () => {
    fixture = await LinkerFixture.start()
  })
  afterAll(() => fixture.stop())

  async function answerOf(port: number, message: string): Promise<string | undefined> {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => undefined)
    socket.write(encodeMllp(Buffer.from(message)))
    const decoder = new MllpDecoder()
    for await (const bytes of socket as AsyncIterable<Buffer>) {
      const [answer] = decoder.push(bytes)
      if (answer !== undefined) return Buffer.from(answer).toString('utf8')
    }
    return undefined
  }
  const messageOf = (type: string) => `MSH|^~\\&|ADT|NO-ENTITY|VNA|VNA|20261124101112||${type}^X01|C1|P|2.5\r`

  /** `action of message`: who adds one says here what it asks. */
  const actions: Readonly<Record<string, ActionKind>> = {
    ...{ ADT: 'announce-patients', ORU: 'store-report', MDM: 'store-report' },
    ...{ ORM: 'store-order', OMG: 'store-order', OMI: 'store-order' },
  }

  it('has no message whose action is not named', () => {
    const asked = Object.entries(messageKinds).map(([type, { action }]) => [type, action])
    expect(Object.fromEntries(asked)).toEqual(actions)
  })

  it.each(Object.keys(actions))('%s of a host that names no entity is refused', async (type) => {
    const answer = await answerOf(Number(fixture.record.mllpPort), messageOf(type))
    expect(answer).toMatch(/\rMSA\|AR.*\rERR\|\|MSH\^1\^4\|/s)
    const written = async () =>
      (await fixture.catalog.catalog.listAudit(0, 1000)).some(
        (row) => row.action === 'store' && row.outcome === 'denied' && row.object.type === type,
      )
    await expect.poll(written, { timeout: 5_000 }).toBe(true)
  })

  it('closes the connection of a host nobody registered, and counts it', async () => {
    const { catalog, healthRecord } = fixture.catalog
    const access = await openAccess({ catalog, keysFolder: join(fixture.home, 'keys'), onTrouble: () => {} })
    const recorded: Transmission[] = []
    const dependencies: ListenerDependencies = {
      ...{ catalog, healthRecord, access, logger: fixture.context.logger },
      hosts: { find: async () => undefined },
      transmissions: { record: (transmission) => void recorded.push(transmission) },
      intake: {} as IntakeDependencies,
    }
    const listener = await openMllpListener(dependencies, { host: '127.0.0.1', port: 0 })
    for (const type of Object.keys(actions)) expect(await answerOf(listener.port, messageOf(type))).toBeUndefined()
    await listener.close()
    await access.close()
    expect(recorded.map(({ reason }) => reason)).toEqual(['unknown-host'])
    const rows = (await denials(fixture.catalog, 'sign-in')).filter(({ actor }) => actor === 'hl7')
    expect(rows.reduce((sum, { object }) => sum + Number(object.times), 0)).toBe(Object.keys(actions).length)
  })
})
