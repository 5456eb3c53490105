import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { UlLimits } from '../limits.ts'
import { encodePdu } from '../pdu/encode-pdu.ts'
import { associateRequestBytes, bytesOf } from '../testing/fixtures.ts'
import { listen, RecordingHost } from '../testing/recording-host.ts'
import { echoCommand, pdv, requestFor, ScriptedPeer, storeCommand } from '../testing/scripted-peer.ts'
import type { Acceptor } from './acceptor.ts'
import type { AcceptorProvider } from './host.ts'

const open: Acceptor[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((acceptor) => acceptor.close({ graceMs: 0 })))
})

async function start(
  limits: Partial<UlLimits> = {},
  host = new RecordingHost(),
  providers: readonly AcceptorProvider[] = [],
) {
  const started = await listen({ host, providers, limits: { closeTimeoutMs: 100, ...limits } })
  open.push(started.acceptor)
  return started
}

/** The acceptor still serves others. */
async function expectAlive(port: number): Promise<void> {
  const peer = await ScriptedPeer.associate(port)
  peer.send(echoCommand(1))
  expect(await peer.nextCommand()).toMatchObject({ status: 0 })
  peer.destroy()
}

describe('peers that break the rules on an association', () => {
  it.each([
    ['a PDU of unknown type', [bytesOf('0b 00 00000004 00000000')], '2/1', 'PDU of unknown type'],
    ['a second association request', [associateRequestBytes], '2/2', 'unexpected A-ASSOCIATE-RQ'],
    ['a release response out of the blue', [encodePdu({ kind: 'A-RELEASE-RP' })], '2/2', 'unexpected A-RELEASE-RP'],
    ['a P-DATA-TF PDU of 4 GiB', [bytesOf('04 00 ffffffff 00000006 01 00')], '2/6', 'P-DATA-TF is longer than allowed'],
    ['a P-DATA-TF PDU of length 0', [bytesOf('04 00 00000000')], '2/6', 'P-DATA-TF is shorter than possible'],
    ['a PDV that does not fit', [bytesOf('04 00 00000008 000000ff 01 03')], '2/6', 'PDV length does not fit its PDU'],
    [
      'a presentation context that was not accepted',
      [pdv(Buffer.alloc(4), { context: 9, isCommand: true })],
      '2/5',
      'data on a presentation context that was not accepted',
    ],
    ['a data set without a command', [pdv(Buffer.alloc(4))], '2/5', 'data set without a command set'],
    [
      'a command inside a data set',
      [storeCommand(1), storeCommand(2)],
      '2/5',
      'command set while a data set is expected',
    ],
    [
      'a data set on another context',
      [storeCommand(1), pdv(Buffer.alloc(4), { context: 3 })],
      '2/5',
      'data set on another presentation context than its command set',
    ],
    ['a command that is no command', [pdv(Buffer.alloc(7), { isCommand: true })], '2/6', 'element header is cut off'],
    [
      'a request without a message id',
      [pdv(bytesOf('0000 0001 02000000 3000'), { isCommand: true })],
      '2/6',
      'request without a message id',
    ],
    [
      'an endless command',
      Array.from({ length: 20 }, () => pdv(Buffer.alloc(1000), { isCommand: true, isLast: false })),
      '2/6',
      'command set is longer than allowed',
    ],
  ])('aborts for %s', async (_, parts, abort, reason) => {
    const { host, port } = await start()
    const peer = await ScriptedPeer.associate(port)
    peer.send(...parts)
    expect(await peer.nextAbort()).toBe(abort)
    expect(await host.summary()).toMatchObject({ outcome: 'aborted', reason })
    peer.destroy()
    await expectAlive(port)
    expect(host.faults).toEqual([])
  })

  it('aborts an instance that never ends at the limit', async () => {
    const { host, port } = await start({ maxDataSetBytes: 10_000 })
    const peer = await ScriptedPeer.associate(port)
    peer.send(storeCommand(1), ...Array.from({ length: 11 }, () => pdv(Buffer.alloc(1000), { isLast: false })))
    expect(await peer.nextAbort()).toBe('2/6')
    expect(await host.summary()).toMatchObject({
      outcome: 'aborted',
      reason: 'data set is longer than allowed',
      failures: 1,
    })
  })

  it('closes a connection whose peer does not, after an abort', async () => {
    const { port, acceptor } = await start({ closeTimeoutMs: 30 })
    const peer = await ScriptedPeer.associate(port)
    peer.send(bytesOf('0b 00 00000004 00000000'))
    await peer.closed()
    expect(acceptor.activeAssociations).toBe(0)
  })
})

describe('peers without an association', () => {
  it.each([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), '0/0'],
    ['an A-ASSOCIATE-RQ of 4 GiB', bytesOf('01 00 ffffffff 0001'), '0/0'],
    ['data', pdv(Buffer.alloc(4)), '0/0'],
    ['a release request', encodePdu({ kind: 'A-RELEASE-RQ' }), '0/0'],
    [
      'a malformed request',
      associateRequestBytes
        .subarray(0, 6 + 68)
        .fill(0x68, 5, 6)
        .fill(0, 2, 5)
        .fill(0x44, 5, 6),
      undefined,
    ],
  ])('are turned away for %s', async (_, bytes, abort) => {
    const { port } = await start()
    const peer = await ScriptedPeer.connect(port)
    peer.send(bytes)
    if (abort !== undefined) expect(await peer.nextAbort()).toBe(abort)
    peer.destroy()
    await expectAlive(port)
  })

  it('are closed when they say nothing, or too slowly', async () => {
    const { host, port } = await start({ artimTimeoutMs: 60 })
    const silent = await ScriptedPeer.connect(port)
    const slow = await ScriptedPeer.connect(port)
    const request = encodePdu(requestFor())
    let at = 0
    const timer = setInterval(() => slow.send(request.subarray(at, ++at)), 10)
    await Promise.all([silent.closed(), slow.closed()])
    clearInterval(timer)
    expect(at).toBeLessThan(request.length)
    expect(host.failures).toEqual(['no association request in time', 'no association request in time'])
    expect(host.summaries).toEqual([])
  })

  it('are counted, and refused beyond the limit', async () => {
    const { host, port, acceptor } = await start({ maxConnections: 2 })
    const first = [await ScriptedPeer.connect(port), await ScriptedPeer.connect(port)]
    const third = await ScriptedPeer.connect(port)
    await third.closed()
    expect(host.failures).toEqual(['too many connections'])
    expect(acceptor.openConnections).toBe(2)
    for (const peer of first) peer.destroy()
  })
})

describe('slow peers', () => {
  it('that say nothing are aborted', async () => {
    const { host, port } = await start({ idleTimeoutMs: 40 })
    const peer = await ScriptedPeer.associate(port)
    expect(await peer.nextAbort()).toBe('2/0')
    expect(await host.summary()).toMatchObject({ outcome: 'timeout', reason: 'association was idle' })
  })

  it('that trickle a data set byte by byte are aborted', async () => {
    const { host, port } = await start({ progressIntervalMs: 40, minProgressBytes: 100 })
    const peer = await ScriptedPeer.associate(port)
    peer.send(storeCommand(1), bytesOf('04 00 00001000 00000ffc 01 00'))
    const timer = setInterval(() => peer.send(Buffer.alloc(1)), 5)
    expect(await peer.nextAbort()).toBe('2/0')
    clearInterval(timer)
    expect(await host.summary()).toMatchObject({ outcome: 'timeout', reason: 'peer stalled in a message', failures: 1 })
    expect(host.stores[0]?.aborted).toBeDefined()
  })

  it('that wait for a slow sink are not blamed', async () => {
    const host = new RecordingHost()
    host.onEnd = async () => {
      await new Promise((resolve) => setTimeout(resolve, 700))
      return { status: 0 }
    }
    const { port } = await start({ idleTimeoutMs: 250, progressIntervalMs: 250 }, host)
    const peer = await ScriptedPeer.associate(port)
    peer.send(storeCommand(1), pdv(Buffer.alloc(10)))
    expect(await peer.nextCommand()).toMatchObject({ status: 0 })
    peer.destroy()
  })

  it('that do not read what they are sent lose the association', async () => {
    const find: AcceptorProvider = {
      commandField: 0x0020,
      begin: () => ({
        write: () => undefined,
        end: async () => ({ status: 0, dataSet: Buffer.alloc(20_000_000) }),
        abort: () => undefined,
      }),
    }
    const { host, port } = await start({ progressIntervalMs: 100 }, new RecordingHost(), [find])
    const peer = await ScriptedPeer.associate(port)
    peer.socket.pause()
    peer.send(storeCommand(1, { commandField: 0x0020 }), pdv(Buffer.alloc(10)))
    expect(await host.summary()).toMatchObject({ outcome: 'timeout', reason: 'the peer does not read' })
    peer.destroy()
  })
})

describe('any bytes', () => {
  it('never end the process nor leave an association behind', async () => {
    const { host, port, acceptor } = await start({ artimTimeoutMs: 200, idleTimeoutMs: 200, progressIntervalMs: 200 })
    const script = Buffer.concat([
      encodePdu(requestFor()),
      storeCommand(1),
      pdv(Buffer.alloc(300), { isLast: false }),
      pdv(Buffer.alloc(300)),
      echoCommand(2),
      encodePdu({ kind: 'A-RELEASE-RQ' }),
    ])
    const mutation = fc.record({ at: fc.nat({ max: script.length - 1 }), value: fc.nat({ max: 255 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { maxLength: 4 }), fc.nat({ max: script.length }), async (mutations, cut) => {
        const bytes = Buffer.from(script)
        for (const { at, value } of mutations) bytes[at] = value
        const peer = await ScriptedPeer.connect(port)
        peer.send(bytes.subarray(0, cut))
        peer.send(bytes.subarray(cut))
        peer.socket.end()
        await peer.closed()
      }),
      { numRuns: 100 },
    )
    while (acceptor.openConnections > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(acceptor.activeAssociations).toBe(0)
    expect(host.faults).toEqual([])
    expect(host.stores.every((store) => store.ended || store.aborted !== undefined)).toBe(true)
    await expectAlive(port)
  })
})

describe('an address that opens connections and says nothing', () => {
  it('has a share of the places, and keeps none that it gives back', async () => {
    const { port, acceptor } = await start({ maxWaitingConnectionsPerAddress: 2, artimTimeoutMs: 30_000 })
    const silent = [await ScriptedPeer.connect(port), await ScriptedPeer.connect(port)]
    await expect.poll(() => acceptor.openConnections).toBe(2)
    const third = await ScriptedPeer.connect(port)
    await third.closed()
    expect(acceptor.openConnections).toBe(2)
    silent[0]?.destroy()
    await expect.poll(() => acceptor.openConnections).toBe(1)
    // One with an association waits no longer: the place is free for the next.
    const peers = [await ScriptedPeer.associate(port), await ScriptedPeer.associate(port)]
    expect(acceptor.activeAssociations).toBe(2)
    for (const peer of [...silent, ...peers]) peer.destroy()
  })
})
