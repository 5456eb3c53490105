import { afterEach, describe, expect, it } from 'vitest'
import { encodeCommandSet, parseCommandSet } from '../dimse/command-set.ts'
import { encodePdu } from '../pdu/encode-pdu.ts'
import type { AssociateAccept } from '../pdu/pdu.ts'
import { bytesOf } from '../testing/fixtures.ts'
import { ctUid, explicitUid, pdv, requestFor, type ScriptedPeer, scriptedServer } from '../testing/scripted-peer.ts'
import { type RequestAssociationOptions, requestAssociation } from './request-association.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function serve(script: (peer: ScriptedPeer) => Promise<void>): Promise<number> {
  const { port, close } = await scriptedServer(script)
  closers.push(close)
  return port
}

const accept: AssociateAccept = {
  ...requestFor(),
  kind: 'A-ASSOCIATE-AC',
  presentationContexts: [{ id: 1, result: 0, transferSyntaxUid: explicitUid }],
}

function accepting(script: (peer: ScriptedPeer) => Promise<void>, answer = accept) {
  return serve(async (peer) => {
    await peer.nextPdu()
    peer.send(encodePdu(answer))
    await script(peer)
  })
}

function request(port: number, o: Partial<RequestAssociationOptions> = {}) {
  return requestAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'ME',
    calledAeTitle: 'PEER',
    presentationContexts: [{ abstractSyntaxUid: ctUid, transferSyntaxUids: [explicitUid] }],
    ...o,
  })
}

const store = {
  sopClassUid: ctUid,
  sopInstanceUid: '1.2.3',
  transferSyntaxUid: explicitUid,
  dataSet: Buffer.alloc(100),
}

function response(messageId: number, o: { status?: number; commandField?: number; hasDataSet?: boolean } = {}): Buffer {
  const { status = 0, commandField = 0x8001, hasDataSet = false } = o
  const command = { commandField, hasDataSet, status, messageIdBeingRespondedTo: messageId }
  return pdv(encodeCommandSet(command), { isCommand: true })
}

async function nextRequest(peer: ScriptedPeer) {
  const command = await peer.nextCommand()
  if (!command.hasDataSet) return command
  for (;;) {
    const pdu = await peer.nextPdu()
    if (pdu === undefined || ((pdu.body[5] as number) & 2) !== 0) return command
  }
}

describe('requesting an association', () => {
  it('proposes contexts with odd ids and what it was told', async () => {
    let proposed: Buffer | undefined
    const port = await serve(async (peer) => {
      proposed = (await peer.nextPdu())?.body
      peer.send(encodePdu(accept))
    })
    const association = await request(port, {
      presentationContexts: [
        { abstractSyntaxUid: ctUid, transferSyntaxUids: [explicitUid] },
        { abstractSyntaxUid: '1.2.840.10008.1.1', transferSyntaxUids: ['1.2.840.10008.1.2'] },
      ],
      maxOperations: 4,
    })
    expect(proposed?.includes(bytesOf('20 00 00 38 03'))).toBe(false)
    expect(proposed?.includes(bytesOf('53 00 00 04 0004 0001'))).toBe(true)
    expect(proposed?.includes('PEER            ME              ')).toBe(true)
    expect(association.presentationContexts).toEqual([
      { id: 1, abstractSyntaxUid: ctUid, transferSyntaxUid: explicitUid },
    ])
    expect(association.maxOperationsInvoked).toBe(1)
    association.abort()
  })

  it.each([
    ['a rejection', encodePdu({ kind: 'A-ASSOCIATE-RJ', result: 1, source: 1, reason: 3 }), 'association-rejected'],
    ['an abort', encodePdu({ kind: 'A-ABORT', source: 2, reason: 0 }), 'association-aborted'],
    ['garbage', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'pdu-unrecognized'],
    ['a PDU of 4 GiB', bytesOf('02 00 ffffffff'), 'pdu-too-long'],
    ['an unexpected PDU', encodePdu({ kind: 'A-RELEASE-RP' }), 'message-out-of-order'],
  ])('fails with the reason on %s', async (_, answer, code) => {
    const port = await serve(async (peer) => {
      await peer.nextPdu()
      peer.send(answer)
    })
    await expect(request(port)).rejects.toMatchObject({ code })
  })

  it('fails when the peer closes, says nothing, or is not there', async () => {
    const closing = await serve(async (peer) => {
      await peer.nextPdu()
      peer.destroy()
    })
    await expect(request(closing)).rejects.toMatchObject({ code: 'connection-lost', retryable: true })
    const silent = await serve(async () => undefined)
    await expect(request(silent, { limits: { responseTimeoutMs: 100, closeTimeoutMs: 20 } })).rejects.toMatchObject({
      code: 'timeout',
    })
    const { port, close } = await scriptedServer(async () => undefined)
    close()
    await expect(request(port)).rejects.toMatchObject({ code: 'connect-failed', retryable: true })
  })

  it('can be cancelled, before and after', async () => {
    const silent = await serve(async () => undefined)
    await expect(request(silent, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' })
    const controller = new AbortController()
    const waiting = request(silent, { signal: controller.signal, limits: { closeTimeoutMs: 20 } })
    setTimeout(() => controller.abort(), 10)
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('refuses what cannot be proposed', async () => {
    await expect(request(1, { presentationContexts: [] })).rejects.toMatchObject({ code: 'invalid-argument' })
    await expect(request(1, { limits: { artimTimeoutMs: -1 } })).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})

describe('an association of ours', () => {
  it('keeps to the PDU length of the peer', async () => {
    let longest = 0
    const userInformation = { ...accept.userInformation, maxPduLengthBytes: 100 }
    const port = await accepting(
      async (peer) => {
        const command = await peer.nextPdu()
        longest = command?.body.length ?? 0
        for (;;) {
          const pdu = await peer.nextPdu()
          if (pdu === undefined) return
          longest = Math.max(longest, pdu.body.length)
          if (((pdu.body[5] as number) & 3) === 2) peer.send(response(1))
        }
      },
      { ...accept, userInformation },
    )
    const association = await request(port)
    expect(await association.store({ ...store, dataSet: Buffer.alloc(5000) })).toEqual({ status: 0 })
    expect(longest).toBe(100)
    association.abort()
  })

  it('has one operation under way when the peer grants no window, more when it does', async () => {
    const orders: number[][] = []
    for (const maxInvoked of [undefined, 3]) {
      const order: number[] = []
      const userInformation = {
        ...accept.userInformation,
        ...(maxInvoked === undefined ? {} : { asynchronousOperations: { maxInvoked, maxPerformed: 1 } }),
      }
      const port = await accepting(
        async (peer) => {
          const held: number[] = []
          for (let n = 0; n < 3; n++) {
            held.push((await nextRequest(peer)).messageId ?? 0)
            if (maxInvoked === undefined) peer.send(response(held.pop() as number))
          }
          for (const messageId of held.reverse()) peer.send(response(messageId, { status: messageId }))
        },
        { ...accept, userInformation },
      )
      const association = await request(port, { maxOperations: 3 })
      await Promise.all(
        [1, 2, 3].map(async (n) => {
          await association.store(store)
          order.push(n)
        }),
      )
      association.abort()
      orders.push(order)
    }
    expect(orders).toEqual([
      [1, 2, 3],
      [3, 2, 1],
    ])
  })

  it('collects pending responses and the final one', async () => {
    const port = await accepting(async (peer) => {
      const { messageId } = await nextRequest(peer)
      const pending = response(messageId ?? 0, { commandField: 0x8020, status: 0xff00, hasDataSet: true })
      peer.send(pending, pdv(Buffer.from('one'), { isLast: false }), pdv(Buffer.from('!')))
      peer.send(pending, pdv(Buffer.from('two')))
      peer.send(response(messageId ?? 0, { commandField: 0x8020 }))
    })
    const association = await request(port)
    const found: string[] = []
    const final = await association.invoke({
      contextId: 1,
      command: { commandField: 0x0020, affectedSopClassUid: ctUid, priority: 0 },
      dataSet: Buffer.alloc(10),
      onPending: async ({ dataSet }) => {
        await Promise.resolve()
        found.push(Buffer.from(dataSet ?? []).toString())
      },
    })
    expect(found).toEqual(['one!', 'two'])
    expect(final.command.status).toBe(0)
    association.abort()
  })

  it('does not collect a response without end', async () => {
    const port = await accepting(async (peer) => {
      await nextRequest(peer)
      peer.send(response(1, { commandField: 0x8020, status: 0xff00, hasDataSet: true }))
      for (let n = 0; n < 20; n++) peer.send(pdv(Buffer.alloc(1000), { isLast: false }))
    })
    const association = await request(port, { limits: { maxCollectedDataSetBytes: 10_000 } })
    const command = { commandField: 0x0020, affectedSopClassUid: ctUid }
    await expect(association.invoke({ contextId: 1, command })).rejects.toMatchObject({ code: 'data-set-too-long' })
  })

  it.each([
    [
      'aborts',
      (peer: ScriptedPeer) => peer.send(encodePdu({ kind: 'A-ABORT', source: 0, reason: 0 })),
      'association-aborted',
    ],
    ['closes', (peer: ScriptedPeer) => peer.destroy(), 'connection-lost'],
    ['releases', (peer: ScriptedPeer) => peer.send(encodePdu({ kind: 'A-RELEASE-RQ' })), 'association-released'],
    ['is silent', () => undefined, 'timeout'],
  ])('fails what is under way when the peer %s', async (_, act, code) => {
    const port = await accepting(async (peer) => {
      await nextRequest(peer)
      act(peer)
    })
    const association = await request(port, { limits: { responseTimeoutMs: 400, closeTimeoutMs: 20 } })
    await expect(association.store(store)).rejects.toMatchObject({ code })
    await expect(association.store(store)).rejects.toMatchObject({ code })
    await expect(association.release()).rejects.toMatchObject({ code })
    await association.ended
  })

  it('fails a store whose peer dies while it is being sent', async () => {
    const port = await accepting(async (peer) => {
      await peer.nextPdu()
      peer.destroy()
    })
    const association = await request(port)
    async function* endless() {
      for (;;) yield Buffer.alloc(100_000)
    }
    await expect(association.store({ ...store, dataSet: endless() })).rejects.toMatchObject({ code: 'connection-lost' })
  })

  it('aborts when the data set cannot be read to its end', async () => {
    let abort: string | undefined
    const port = await accepting(async (peer) => {
      for (let pdu = await peer.nextPdu(); pdu !== undefined; pdu = await peer.nextPdu()) {
        if (pdu.type === 7) abort = `${pdu.body[2]}/${pdu.body[3]}`
      }
    })
    const association = await request(port, { limits: { closeTimeoutMs: 20 } })
    async function* failing() {
      yield Buffer.alloc(100_000)
      throw new Error('disk error')
    }
    await expect(association.store({ ...store, dataSet: failing() })).rejects.toMatchObject({ code: 'source-failed' })
    expect(await association.ended).toMatchObject({ outcome: 'aborted', error: { code: 'source-failed' } })
    while (abort === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(abort).toBe('0/0')
  })

  it('goes through a release collision', async () => {
    const port = await accepting(async (peer) => {
      await peer.nextPdu()
      peer.send(encodePdu({ kind: 'A-RELEASE-RQ' }))
      expect((await peer.nextPdu())?.type).toBe(6)
      peer.send(encodePdu({ kind: 'A-RELEASE-RP' }))
    })
    const association = await request(port)
    await association.release()
    expect((await association.ended).outcome).toBe('released')
  })

  it('refuses an instance nobody agreed on', async () => {
    const port = await accepting(async () => undefined)
    const association = await request(port)
    await expect(association.store({ ...store, transferSyntaxUid: '1.2.840.10008.1.2' })).rejects.toMatchObject({
      code: 'no-presentation-context',
    })
    association.abort()
  })

  it('reports progress', async () => {
    const port = await accepting(async (peer) => {
      await nextRequest(peer)
      peer.send(response(1))
    })
    const association = await request(port)
    const progress: number[] = []
    const onProgress = (sentBytes: number) => progress.push(sentBytes)
    await association.store({ ...store, dataSet: Buffer.alloc(2_500_000), onProgress })
    expect(progress).toEqual([1048576, 2097152, 2500000])
    expect(parseCommandSet(encodeCommandSet({ commandField: 1, hasDataSet: true })).hasDataSet).toBe(true)
    association.abort()
  })
})
