import net from 'node:net'
import { type CommandSet, encodeCommandSet, parseCommandSet } from '../dimse/command-set.ts'
import { encodePdu, pdataHeaderBytes, writePDataHeader } from '../pdu/encode-pdu.ts'
import type { AssociateRequest } from '../pdu/pdu.ts'

export const ctUid = '1.2.840.10008.5.1.4.1.1.2'
export const explicitUid = '1.2.840.10008.1.2.1'
export const implicitUid = '1.2.840.10008.1.2'

export function requestFor(o: Partial<AssociateRequest['userInformation']> = {}): AssociateRequest {
  return {
    kind: 'A-ASSOCIATE-RQ',
    protocolVersion: 1,
    calledAeTitle: 'VNA',
    callingAeTitle: 'PEER',
    applicationContextName: '1.2.840.10008.3.1.1.1',
    presentationContexts: [{ id: 1, abstractSyntaxUid: ctUid, transferSyntaxUids: [explicitUid] }],
    userInformation: { maxPduLengthBytes: 16384, roleSelections: [], extendedNegotiations: [], ...o },
  }
}

export function pdv(fragment: Uint8Array, o: { context?: number; isCommand?: boolean; isLast?: boolean } = {}): Buffer {
  const header = Buffer.alloc(pdataHeaderBytes)
  const { context = 1, isCommand = false, isLast = true } = o
  writePDataHeader(header, { presentationContextId: context, isCommand, isLast }, fragment.length)
  return Buffer.concat([header, fragment])
}

export function storeCommand(messageId: number, o: Partial<CommandSet> = {}): Buffer {
  const command: CommandSet = {
    commandField: 0x0001,
    hasDataSet: true,
    messageId,
    affectedSopClassUid: ctUid,
    affectedSopInstanceUid: `1.2.3.${messageId}`,
    priority: 0,
    ...o,
  }
  return pdv(encodeCommandSet(command), { isCommand: true })
}

export function echoCommand(messageId: number): Buffer {
  const command = { commandField: 0x0030, hasDataSet: false, messageId, affectedSopClassUid: '1.2.840.10008.1.1' }
  return pdv(encodeCommandSet(command), { isCommand: true })
}

/** A peer that sends exactly the bytes it is told to and hands out what comes back PDU by PDU. */
export class ScriptedPeer {
  readonly socket: net.Socket
  #received = Buffer.alloc(0)
  #closed = false
  #wake: () => void = () => undefined

  constructor(socket: net.Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes as Buffer])
      this.#wake()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#closed = true
      this.#wake()
    })
  }

  static async connect(port: number): Promise<ScriptedPeer> {
    const socket = net.connect(port, '127.0.0.1')
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new ScriptedPeer(socket)
  }

  /** Connects and associates. */
  static async associate(port: number, request = requestFor()): Promise<ScriptedPeer> {
    const peer = await ScriptedPeer.connect(port)
    peer.send(encodePdu(request))
    const answer = await peer.nextPdu()
    if (answer?.type !== 2) throw new Error(`expected A-ASSOCIATE-AC, got PDU type ${answer?.type}`)
    return peer
  }

  send(...parts: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(parts))
  }

  /** The next PDU, or undefined when the connection closed first. */
  async nextPdu(): Promise<{ type: number; body: Buffer } | undefined> {
    for (;;) {
      if (this.#received.length >= 6) {
        const length = this.#received.readUInt32BE(2)
        if (this.#received.length >= 6 + length) {
          const pdu = { type: this.#received[0] as number, body: this.#received.subarray(6, 6 + length) }
          this.#received = this.#received.subarray(6 + length)
          return pdu
        }
      }
      if (this.#closed) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async nextCommand(): Promise<CommandSet> {
    const pdu = await this.nextPdu()
    if (pdu?.type !== 4) throw new Error(`expected P-DATA-TF, got PDU type ${pdu?.type}`)
    return parseCommandSet(pdu.body.subarray(6))
  }

  /** Source and reason of the A-ABORT that must come next. */
  async nextAbort(): Promise<string> {
    const pdu = await this.nextPdu()
    return pdu?.type === 7 ? `${pdu.body[2]}/${pdu.body[3]}` : `PDU type ${pdu?.type}`
  }

  async closed(): Promise<void> {
    while ((await this.nextPdu()) !== undefined);
  }

  destroy(): void {
    this.socket.destroy()
  }
}

/** A server whose connections are scripted: for the requestor's tests. */
export async function scriptedServer(script: (peer: ScriptedPeer) => Promise<void>): Promise<{
  port: number
  close: () => void
}> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    void script(new ScriptedPeer(socket)).catch(() => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { port: (server.address() as net.AddressInfo).port, close }
}
