import { createHash, randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { DimseFailure } from '../dimse/operation.ts'
import { requestAssociation } from '../requestor/request-association.ts'
import { listen, RecordingHost } from '../testing/recording-host.ts'
import {
  ctUid,
  echoCommand,
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

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe.each(['reused-buffer', 'events'] as const)('receiving by %s', (reading) => {
  it('takes instances of every size byte for byte', async () => {
    const { host, port } = await start({ reading })
    const association = await associateWith(port)
    const sizes = [0, 2, 16_378, 65_530, 65_532, 300_000, 1_000_000]
    const dataSets = sizes.map((size) => randomBytes(size))
    for (const [n, dataSet] of dataSets.entries()) {
      expect(await association.store(instance(n, dataSet))).toEqual({ status: 0 })
    }
    await association.release()
    expect(host.stores.map((store) => sha256(store.bytes))).toEqual(dataSets.map(sha256))
    expect(await host.summary()).toMatchObject({
      calling: 'STORESCU',
      called: 'VNA',
      stores: sizes.length,
      failures: 0,
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      outcome: 'released',
      context: 'context',
      peer: { address: '127.0.0.1', tls: false },
    })
  })

  it('does not read on while a write is pending', async () => {
    const host = new RecordingHost()
    let under = 0
    let most = 0
    host.onWrite = async () => {
      most = Math.max(most, ++under)
      await new Promise((resolve) => setTimeout(resolve, 1))
      under--
    }
    const { port } = await start({ reading, host })
    const association = await associateWith(port)
    const dataSets = [randomBytes(2_000_000), randomBytes(10)]
    for (const [n, dataSet] of dataSets.entries()) await association.store(instance(n, dataSet))
    await association.release()
    expect(most).toBe(1)
    expect(host.stores.map((store) => sha256(store.bytes))).toEqual(dataSets.map(sha256))
  })
})

describe('operations', () => {
  it('hands a sink the fragments of one read together', async () => {
    const { host, port } = await start()
    const peer = await ScriptedPeer.associate(port)
    const fragments = Array.from({ length: 10 }, (_, n) => pdv(Buffer.alloc(10, n), { isLast: n === 9 }))
    peer.send(storeCommand(1), ...fragments)
    expect(await peer.nextCommand()).toMatchObject({ commandField: 0x8001, status: 0 })
    expect(host.stores[0]?.writes).toEqual([10])
    peer.destroy()
  })

  it('reports a failure with comment and offending element', async () => {
    const host = new RecordingHost()
    host.onEnd = async () => ({ status: 0xa700, errorComment: 'disk is full', offendingElement: [0x00080018] })
    const { port } = await start({ host })
    const association = await associateWith(port)
    expect(await association.store(instance(1, Buffer.alloc(100)))).toEqual({
      status: 0xa700,
      errorComment: 'disk is full',
      offendingElement: [0x00080018],
    })
    await association.release()
    expect(await host.summary()).toMatchObject({ stores: 0, failures: 1 })
  })

  it.each([
    ['a status of its choice', new DimseFailure(0xa900, 'not this one'), 0xa900, 'not this one', 0],
    ['processing failure', new TypeError('patient DOE^JOHN'), 0x0110, 'Processing failure', 1],
  ])(
    'answers a sink that throws with %s, after reading the data set',
    async (_, error, status, errorComment, faults) => {
      const host = new RecordingHost()
      host.onWrite = (store) => {
        if (store.request.messageId === 1) throw error
      }
      const { port } = await start({ host })
      const association = await associateWith(port)
      expect(await association.store(instance(1, Buffer.alloc(1_000_000)))).toEqual({ status, errorComment })
      expect(await association.store(instance(2, Buffer.alloc(10)))).toEqual({ status: 0 })
      await association.release()
      expect(host.stores[0]?.aborted).toBeDefined()
      expect(host.faults).toHaveLength(faults)
      expect(await host.summary()).toMatchObject({ stores: 1, failures: 1, outcome: 'released' })
    },
  )

  it('answers a rejected promise of a sink the same way', async () => {
    const host = new RecordingHost()
    host.onWrite = async () => {
      throw new DimseFailure(0xa701, 'later')
    }
    const { port } = await start({ host })
    const association = await associateWith(port)
    expect(await association.store(instance(1, Buffer.alloc(500_000)))).toMatchObject({ status: 0xa701 })
    await association.release()
  })

  it('answers what it does not know with 0x0211, also when a data set follows', async () => {
    const { port } = await start()
    const peer = await ScriptedPeer.associate(port)
    peer.send(storeCommand(1, { commandField: 0x0020 }), pdv(Buffer.alloc(40)))
    expect(await peer.nextCommand()).toMatchObject({
      commandField: 0x8020,
      messageIdBeingRespondedTo: 1,
      status: 0x0211,
    })
    peer.send(storeCommand(2, { commandField: 0x0777, hasDataSet: false }))
    expect(await peer.nextCommand()).toMatchObject({ commandField: 0x8777, status: 0x0211 })
    peer.send(echoCommand(3))
    expect(await peer.nextCommand()).toMatchObject({ commandField: 0x8030, messageIdBeingRespondedTo: 3, status: 0 })
    peer.destroy()
  })

  it('refuses a C-STORE without a data set, or without its UIDs', async () => {
    const { port, host } = await start()
    const peer = await ScriptedPeer.associate(port)
    peer.send(storeCommand(1, { hasDataSet: false }))
    expect(await peer.nextCommand()).toMatchObject({ commandField: 0x8001, status: 0xc000 })
    peer.send(storeCommand(2, { affectedSopInstanceUid: '' }), pdv(Buffer.alloc(4)))
    expect(await peer.nextCommand()).toMatchObject({ status: 0x0212, offendingElement: [0x00001000] })
    expect(host.stores).toEqual([])
    peer.destroy()
  })

  it('ignores C-CANCEL and responses nobody waits for', async () => {
    const { port } = await start()
    const peer = await ScriptedPeer.associate(port)
    peer.send(storeCommand(1, { commandField: 0x0fff, hasDataSet: false, messageIdBeingRespondedTo: 9 }))
    peer.send(
      storeCommand(1, { commandField: 0x8001, hasDataSet: true, messageIdBeingRespondedTo: 9 }),
      pdv(Buffer.alloc(4)),
    )
    peer.send(echoCommand(2))
    expect(await peer.nextCommand()).toMatchObject({ messageIdBeingRespondedTo: 2, status: 0 })
    peer.destroy()
  })

  it('answers pipelined C-STOREs in order of completion within the window', async () => {
    const host = new RecordingHost()
    const release: (() => void)[] = []
    host.onEnd = () => new Promise((resolve) => release.push(() => resolve({ status: 0 })))
    const { port } = await start({ host })
    const peer = await ScriptedPeer.associate(
      port,
      requestFor({ asynchronousOperations: { maxInvoked: 3, maxPerformed: 1 } }),
    )
    for (let n = 1; n <= 4; n++) peer.send(storeCommand(n), pdv(Buffer.alloc(100, n)))
    while (release.length < 3) await new Promise((resolve) => setTimeout(resolve, 2))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(host.stores).toHaveLength(3) // the fourth waits: the window is 3
    release[1]?.()
    expect(await peer.nextCommand()).toMatchObject({ messageIdBeingRespondedTo: 2 })
    while (release.length < 4) await new Promise((resolve) => setTimeout(resolve, 2))
    for (const n of [3, 2, 0]) release[n]?.()
    const order = [await peer.nextCommand(), await peer.nextCommand(), await peer.nextCommand()]
    expect(order.map((response) => response.messageIdBeingRespondedTo)).toEqual([4, 3, 1])
    expect(host.stores.map((store) => store.bytes[0])).toEqual([1, 2, 3, 4])
    peer.destroy()
  })

  it('holds a peer that pipelines without having negotiated it to one operation', async () => {
    const host = new RecordingHost()
    const release: (() => void)[] = []
    host.onEnd = () => new Promise((resolve) => release.push(() => resolve({ status: 0 })))
    const { port } = await start({ host })
    const peer = await ScriptedPeer.associate(port)
    peer.send(storeCommand(1), pdv(Buffer.alloc(10)), storeCommand(2), pdv(Buffer.alloc(20)))
    while (release.length < 1) await new Promise((resolve) => setTimeout(resolve, 2))
    expect(host.stores).toHaveLength(1)
    release[0]?.()
    expect(await peer.nextCommand()).toMatchObject({ messageIdBeingRespondedTo: 1 })
    while (release.length < 2) await new Promise((resolve) => setTimeout(resolve, 2))
    release[1]?.()
    expect(await peer.nextCommand()).toMatchObject({ messageIdBeingRespondedTo: 2 })
    peer.destroy()
  })

  it('refuses a message id that is in use', async () => {
    const host = new RecordingHost()
    let finish: (() => void) | undefined
    host.onEnd = () =>
      new Promise((resolve) => {
        finish = () => resolve({ status: 0 })
      })
    const { port } = await start({ host })
    const peer = await ScriptedPeer.associate(
      port,
      requestFor({ asynchronousOperations: { maxInvoked: 4, maxPerformed: 1 } }),
    )
    peer.send(storeCommand(1), pdv(Buffer.alloc(10)), storeCommand(1), pdv(Buffer.alloc(10)))
    expect(await peer.nextCommand()).toMatchObject({ messageIdBeingRespondedTo: 1, status: 0x0210 })
    finish?.()
    expect(await peer.nextCommand()).toMatchObject({ messageIdBeingRespondedTo: 1, status: 0 })
    peer.destroy()
  })
})
