import { createHash, randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { encodePdu } from '../pdu/encode-pdu.ts'
import { requestAssociation } from '../requestor/request-association.ts'
import { listen, RecordingHost } from '../testing/recording-host.ts'
import {
  ctUid,
  explicitUid,
  implicitUid,
  pdv,
  requestFor,
  ScriptedPeer,
  storeCommand,
} from '../testing/scripted-peer.ts'
import type { Acceptor, AcceptorOptions } from './acceptor.ts'

const open: Acceptor[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((acceptor) => acceptor.close({ graceMs: 0 })))
})

async function start(o: Partial<AcceptorOptions> & { host?: RecordingHost } = {}) {
  const started = await listen(o)
  open.push(started.acceptor)
  return started
}

function associateWith(port: number, o: { maxOperations?: number; noDelay?: boolean } = {}) {
  return requestAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'STORESCU',
    calledAeTitle: 'VNA',
    presentationContexts: [
      { abstractSyntaxUid: ctUid, transferSyntaxUids: [explicitUid] },
      { abstractSyntaxUid: ctUid, transferSyntaxUids: [implicitUid] },
      { abstractSyntaxUid: '1.2.840.10008.1.1', transferSyntaxUids: [implicitUid] },
    ],
    ...o,
  })
}

function instance(n: number, dataSet: Uint8Array) {
  return { sopClassUid: ctUid, sopInstanceUid: `1.2.3.${n}`, transferSyntaxUid: explicitUid, dataSet }
}

const _sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('associations', () => {
  it('serves 64 at once', async () => {
    const { host, port, acceptor } = await start()
    const dataSet = randomBytes(30_000)
    const one = async () => {
      const association = await associateWith(port)
      for (let n = 0; n < 3; n++) await association.store(instance(n, dataSet))
      await association.release()
    }
    await Promise.all(Array.from({ length: 64 }, one))
    expect(host.stores).toHaveLength(192)
    expect(host.stores.every((store) => store.ended && store.bytes.equals(dataSet))).toBe(true)
    for (let n = 0; n < 64; n++) expect((await host.summary(n)).outcome).toBe('released')
    expect(acceptor.activeAssociations).toBe(0)
  }, 30_000)

  it('rejects beyond its own limit with 2/3/2, and as the host decides', async () => {
    const { host, port } = await start({ limits: { maxAssociations: 1 } })
    const first = await associateWith(port)
    await expect(associateWith(port)).rejects.toMatchObject({
      code: 'association-rejected',
      retryable: true,
      details: { result: 2, source: 3, reason: 2 },
    })
    await first.release()
    host.decide = async () => ({ accept: false, result: 1, source: 1, reason: 7 })
    await expect(associateWith(port)).rejects.toMatchObject({
      retryable: false,
      details: { result: 1, source: 1, reason: 7 },
    })
    expect(await host.summary(0)).toMatchObject({ outcome: 'rejected', reason: 'rejected 2/3/2' })
    expect(await host.summary(2)).toMatchObject({ outcome: 'rejected', reason: 'rejected 1/1/7', calling: 'STORESCU' })
  })

  it.each([
    ['throws', () => Promise.reject(new Error('directory unavailable'))],
    ['does not come in time', () => new Promise<never>(() => undefined)],
  ])('rejects with temporary congestion when the decision %s', async (_, decide) => {
    const host = new RecordingHost()
    host.decide = decide
    const { port } = await start({ host, limits: { decisionTimeoutMs: 30 } })
    await expect(associateWith(port)).rejects.toMatchObject({ details: { result: 2, source: 3, reason: 1 } })
    expect(host.faults).toHaveLength(1)
  })

  it('rejects another application context', async () => {
    const { host, port } = await start()
    const peer = await ScriptedPeer.connect(port)
    peer.send(encodePdu({ ...requestFor(), applicationContextName: '1.2.3' }))
    expect([...((await peer.nextPdu())?.body ?? [])]).toEqual([0, 1, 1, 2])
    peer.destroy()
    expect(await host.summary()).toMatchObject({ outcome: 'rejected' })
  })

  it('aborts the instance when the peer dies in the middle of it', async () => {
    const { host, port } = await start()
    const peer = await ScriptedPeer.associate(port)
    peer.send(storeCommand(1), pdv(Buffer.alloc(1000), { isLast: false }))
    while (host.stores[0]?.bytes.length !== 1000) await new Promise((resolve) => setTimeout(resolve, 2))
    peer.destroy()
    expect(await host.summary()).toMatchObject({ outcome: 'lost', stores: 0, failures: 1, bytes: 1000 })
    expect(host.stores[0]).toMatchObject({ ended: false, aborted: expect.any(String) })
  })

  it('hears an A-ABORT in the middle of an instance', async () => {
    const { host, port } = await start()
    const peer = await ScriptedPeer.associate(port)
    peer.send(
      storeCommand(1),
      pdv(Buffer.alloc(1000), { isLast: false }),
      encodePdu({ kind: 'A-ABORT', source: 0, reason: 0 }),
    )
    await peer.closed()
    expect(await host.summary()).toMatchObject({ outcome: 'aborted', failures: 1 })
    expect(host.stores[0]?.aborted).toBeDefined()
  })

  it('tells of an association after its sinks have ended, though the peer is gone', async () => {
    const host = new RecordingHost()
    let finish: (() => void) | undefined
    host.onEnd = () =>
      new Promise((resolve) => {
        finish = () => resolve({ status: 0 })
      })
    const { port, acceptor } = await start({ host })
    const peer = await ScriptedPeer.associate(port)
    peer.send(storeCommand(1), pdv(Buffer.alloc(10)))
    while (finish === undefined) await new Promise((resolve) => setTimeout(resolve, 2))
    peer.destroy()
    while (acceptor.activeAssociations > 0) await new Promise((resolve) => setTimeout(resolve, 2))
    expect([host.summaries.length, acceptor.openConnections]).toEqual([0, 1])
    finish()
    expect(await host.summary()).toMatchObject({
      outcome: 'lost',
      reasonCode: 'connection-lost',
      stores: 1,
      failures: 0,
    })
    expect(acceptor.openConnections).toBe(0)
  })

  it('tells of an association whose peer went away before the decision, with its context', async () => {
    const host = new RecordingHost()
    let decide: (() => void) | undefined
    host.decide = () =>
      new Promise((resolve) => {
        decide = () => resolve({ accept: true, context: 'late' })
      })
    const { port, acceptor } = await start({ host })
    const peer = await ScriptedPeer.connect(port)
    peer.send(encodePdu(requestFor()))
    while (decide === undefined) await new Promise((resolve) => setTimeout(resolve, 2))
    peer.destroy()
    while (acceptor.activeAssociations > 0) await new Promise((resolve) => setTimeout(resolve, 2))
    decide()
    expect(await host.summary()).toMatchObject({ outcome: 'lost', context: 'late' })
  })

  it('answers what is pending before it agrees to a release', async () => {
    const host = new RecordingHost()
    let finish: (() => void) | undefined
    host.onEnd = () =>
      new Promise((resolve) => {
        finish = () => resolve({ status: 0 })
      })
    const { port } = await start({ host })
    const peer = await ScriptedPeer.associate(port)
    peer.send(storeCommand(1), pdv(Buffer.alloc(10)), encodePdu({ kind: 'A-RELEASE-RQ' }))
    while (finish === undefined) await new Promise((resolve) => setTimeout(resolve, 2))
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(host.summaries).toEqual([])
    finish()
    expect(await peer.nextCommand()).toMatchObject({ messageIdBeingRespondedTo: 1, status: 0 })
    expect((await peer.nextPdu())?.type).toBe(6)
    peer.destroy()
    expect(await host.summary()).toMatchObject({ outcome: 'released', stores: 1 })
  })

  it('releases a peer that leaves an instance unfinished, and drops that', async () => {
    const { host, port } = await start()
    const peer = await ScriptedPeer.associate(port)
    peer.send(storeCommand(1), pdv(Buffer.alloc(10), { isLast: false }), encodePdu({ kind: 'A-RELEASE-RQ' }))
    expect((await peer.nextPdu())?.type).toBe(6)
    peer.destroy()
    expect(await host.summary()).toMatchObject({ outcome: 'released', stores: 0, failures: 1 })
    expect(host.stores[0]).toMatchObject({ ended: false, aborted: expect.any(String) })
  })

  it('closes in an orderly way: lets associations finish, aborts those that do not', async () => {
    const { host, port, acceptor } = await listen()
    const staying = await ScriptedPeer.associate(port)
    const leaving = await associateWith(port)
    const closing = acceptor.close({ graceMs: 1000 })
    expect(await leaving.store(instance(1, Buffer.alloc(10)))).toEqual({ status: 0 })
    await leaving.release()
    await expect(associateWith(port)).rejects.toMatchObject({ code: 'connect-failed' })
    expect(await staying.nextAbort()).toBe('0/0')
    await closing
    expect(host.summaries.map((summary) => summary.outcome).sort()).toEqual(['aborted', 'released'])
    expect(acceptor.openConnections).toBe(0)
  })
})
