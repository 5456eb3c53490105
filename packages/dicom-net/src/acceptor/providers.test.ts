import { afterEach, describe, expect, it } from 'vitest'
import { commandFields } from '../dimse/command-set.ts'
import { DimseFailure, type DimseProvider } from '../dimse/operation.ts'
import { dimseStatus } from '../dimse/status.ts'
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
import type { Acceptor } from './acceptor.ts'
import type { AcceptorProvider } from './host.ts'

const findUid = '1.2.840.10008.5.1.4.1.2.2.1'
const getUid = '1.2.840.10008.5.1.4.1.2.2.3'

const open: Acceptor[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((acceptor) => acceptor.close({ graceMs: 0 })))
})

async function start(provider: AcceptorProvider) {
  const host = new RecordingHost()
  host.decide = async () => ({
    accept: true,
    context: 'entity',
    acceptsAbstractSyntax: (uid) => uid === findUid || uid === getUid,
    acceptsScpRole: (uid) => uid === ctUid,
  })
  const started = await listen({ host, providers: [provider] })
  open.push(started.acceptor)
  return started
}

function associate(port: number, abstractSyntaxUid: string, providers: readonly DimseProvider[] = []) {
  return requestAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'ME',
    calledAeTitle: 'VNA',
    presentationContexts: [
      { abstractSyntaxUid, transferSyntaxUids: [implicitUid] },
      { abstractSyntaxUid: ctUid, transferSyntaxUids: [explicitUid] },
    ],
    roleSelections: [{ sopClassUid: ctUid, scuRole: true, scpRole: true }],
    providers,
  })
}

/** Collects the identifier, then answers with `matches` pending responses until cancelled. */
function findProvider(matches: number, log: string[]): AcceptorProvider {
  return {
    commandField: commandFields.cFindRq,
    abstractSyntaxUids: new Set([findUid]),
    begin: (operation, association) => {
      let identifierBytes = 0
      return {
        write: (fragments) => {
          for (const fragment of fragments) identifierBytes += fragment.length
        },
        end: async () => {
          log.push(`${association.context} asked with ${identifierBytes} bytes`)
          for (let n = 0; n < matches; n++) {
            if (operation.signal.aborted) return { status: dimseStatus.cancel }
            await operation.respond({ status: dimseStatus.pending, dataSet: Buffer.from(`match ${n}`) })
            await new Promise((resolve) => setTimeout(resolve, 1))
          }
          return { status: dimseStatus.success }
        },
        abort: (reason) => {
          log.push(`aborted: ${reason}`)
        },
      }
    },
  }
}

describe('operations beyond C-STORE', () => {
  it('C-FIND: identifier in, any number of responses out', async () => {
    const log: string[] = []
    const { port } = await start(findProvider(3, log))
    const association = await associate(port, findUid)
    const found: string[] = []
    const final = await association.invoke({
      contextId: 1,
      command: { commandField: commandFields.cFindRq, affectedSopClassUid: findUid, priority: 0 },
      dataSet: Buffer.alloc(30),
      onPending: ({ dataSet }) => void found.push(Buffer.from(dataSet ?? []).toString()),
    })
    expect(found).toEqual(['match 0', 'match 1', 'match 2'])
    expect(final.command).toMatchObject({ commandField: 0x8020, affectedSopClassUid: findUid, status: 0 })
    expect(log).toEqual(['entity asked with 30 bytes'])
    await association.release()
  })

  it('C-CANCEL reaches the operation it names', async () => {
    const { port } = await start(findProvider(1_000_000, []))
    const request = {
      ...requestFor(),
      presentationContexts: [{ id: 1, abstractSyntaxUid: findUid, transferSyntaxUids: [implicitUid] }],
    }
    const peer = await ScriptedPeer.associate(port, request)
    peer.send(storeCommand(5, { commandField: commandFields.cFindRq }), pdv(Buffer.alloc(10)))
    expect(await peer.nextCommand()).toMatchObject({ status: 0xff00 })
    peer.send(
      storeCommand(0, { commandField: commandFields.cCancelRq, hasDataSet: false, messageIdBeingRespondedTo: 5 }),
    )
    for (;;) {
      const pdu = await peer.nextPdu()
      const isCommand = ((pdu?.body[5] ?? 0) & 1) === 1
      if (isCommand && pdu?.body.includes(Buffer.from('0000000902000000 00fe'.replace(' ', ''), 'hex')) === true) break
    }
    peer.destroy()
  })

  it('an operation hears of the end of its association', async () => {
    let signal: AbortSignal | undefined
    const provider: AcceptorProvider = {
      commandField: commandFields.cFindRq,
      begin: (operation) => {
        signal = operation.signal
        return { write: () => undefined, end: () => new Promise(() => undefined), abort: () => undefined }
      },
    }
    const { port, host } = await start(provider)
    const peer = await ScriptedPeer.associate(port)
    peer.send(storeCommand(5, { commandField: commandFields.cFindRq, hasDataSet: false }))
    while (signal === undefined) await new Promise((resolve) => setTimeout(resolve, 2))
    peer.send(encodePdu({ kind: 'A-ABORT', source: 0, reason: 0 }))
    await host.summary()
    expect(signal.aborted).toBe(true)
  })

  it('a provider is only asked for its own SOP classes', async () => {
    const { port } = await start(findProvider(1, []))
    const association = await associate(port, getUid)
    const final = await association.invoke({
      contextId: 1,
      command: { commandField: commandFields.cFindRq, affectedSopClassUid: getUid },
      dataSet: Buffer.alloc(10),
    })
    expect(final.command.status).toBe(dimseStatus.sopClassNotSupported)
    await association.release()
  })

  it('C-GET: sub-operations on the same association, then the final response with its counts', async () => {
    const provider: AcceptorProvider = {
      commandField: commandFields.cGetRq,
      abstractSyntaxUids: new Set([getUid]),
      begin: (_, association) => ({
        write: () => undefined,
        end: async () => {
          const context = association.presentationContexts.find((one) => one.abstractSyntaxUid === ctUid)
          if (context === undefined) throw new DimseFailure(0xa702, 'no context')
          const statuses: (number | undefined)[] = []
          for (const affectedSopInstanceUid of ['1.2.3', '1.2.4']) {
            const command = {
              commandField: commandFields.cStoreRq,
              affectedSopClassUid: ctUid,
              affectedSopInstanceUid,
              priority: 0,
            }
            const response = await association.invoke({
              contextId: context.id,
              command,
              dataSet: Buffer.alloc(200_000, 5),
            })
            statuses.push(response.command.status)
          }
          return {
            status: 0,
            fields: { numberOfCompletedSuboperations: statuses.filter((status) => status === 0).length },
          }
        },
        abort: () => undefined,
      }),
    }
    const { port } = await start(provider)
    const received: string[] = []
    const store: DimseProvider = {
      commandField: commandFields.cStoreRq,
      begin: ({ request }) => {
        let bytes = 0
        return {
          write: (fragments) => {
            for (const fragment of fragments) bytes += fragment.length
          },
          end: async () => {
            received.push(`${request.affectedSopInstanceUid} ${bytes}`)
            return { status: 0 }
          },
          abort: () => undefined,
        }
      },
    }
    const association = await associate(port, getUid, [store])
    expect(association.accept.userInformation.roleSelections).toEqual([
      { sopClassUid: ctUid, scuRole: true, scpRole: true },
    ])
    const final = await association.invoke({
      contextId: 1,
      command: { commandField: commandFields.cGetRq, affectedSopClassUid: getUid, priority: 0 },
      dataSet: Buffer.alloc(10),
    })
    expect(final.command).toMatchObject({ status: 0, numberOfCompletedSuboperations: 2 })
    expect(received).toEqual(['1.2.3 200000', '1.2.4 200000'])
    await association.release()
  })
})
