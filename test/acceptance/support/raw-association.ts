import { connect, type Socket } from 'node:net'
import {
  type AssociateOptions,
  type CommandAnswer,
  encodeAssociateRq,
  encodeCEchoRq,
  encodeCStoreRq,
  encodePData,
  encodeReleaseRq,
  type Pdu,
  parseCommandAnswer,
} from './raw-pdu.ts'

const pduAssociateAc = 0x02
const pduAssociateRj = 0x03
const pduData = 0x04
const pduAbort = 0x07
const fragmentBytes = 16_000
const answerTimeoutMs = 20_000

export interface Rejection {
  readonly result: number
  readonly source: number
  readonly reason: number
}
export class RejectedError extends Error {
  readonly rejection: Rejection
  constructor(rejection: Rejection) {
    super(`rejected ${rejection.result}/${rejection.source}/${rejection.reason}`)
    this.rejection = rejection
  }
}

/** A TCP connection that reads whole PDUs and writes whatever bytes it is told to. */
export class RawConnection {
  readonly #socket: Socket
  #buffered = Buffer.alloc(0)
  #waiting: (() => void) | undefined
  #ended = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Buffer) => {
      this.#buffered = Buffer.concat([this.#buffered, bytes])
      this.#waiting?.()
    })
    const end = () => {
      this.#ended = true
      this.#waiting?.()
    }
    socket.on('close', end)
    socket.on('error', end)
  }

  static open(port: number, host = '127.0.0.1'): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host, noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new RawConnection(socket))
      })
    })
  }

  /** Resolves when the bytes are handed over, or the peer has closed: writing to a closed peer is no error here. */
  write(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      if (this.#ended) resolve()
      else this.#socket.write(bytes, () => resolve())
    })
  }

  /** The next PDU, or `undefined` when the peer closed the connection. */
  async readPdu(timeoutMs = answerTimeoutMs): Promise<Pdu | undefined> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      const pdu = this.#takePdu()
      if (pdu !== undefined) return pdu
      if (this.#ended) return undefined
      await this.#wait(deadline - Date.now())
    }
  }

  /** Waits until the peer closes; gives everything it sent before. */
  async readToEnd(timeoutMs = answerTimeoutMs): Promise<Buffer> {
    const deadline = Date.now() + timeoutMs
    while (!this.#ended) await this.#wait(deadline - Date.now())
    return this.#buffered
  }

  get isClosed(): boolean {
    return this.#ended
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #takePdu(): Pdu | undefined {
    if (this.#buffered.length < 6) return undefined
    const end = 6 + this.#buffered.readUInt32BE(2)
    if (this.#buffered.length < end) return undefined
    const pdu = { type: this.#buffered[0]!, body: this.#buffered.subarray(6, end) }
    this.#buffered = this.#buffered.subarray(end)
    return pdu
  }

  #wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the peer neither answered nor closed in time')), timeoutMs)
      this.#waiting = () => {
        clearTimeout(timer)
        this.#waiting = undefined
        resolve()
      }
    })
  }
}

export interface RawAssociation {
  readonly connection: RawConnection
  /** Ids of the presentation contexts the acceptor took. */
  readonly acceptedIds: readonly number[]
}

/** Asks for an association; throws RejectedError for an A-ASSOCIATE-RJ. */
export async function openAssociation(port: number, options: AssociateOptions): Promise<RawAssociation> {
  const connection = await RawConnection.open(port)
  await connection.write(encodeAssociateRq(options))
  const answer = await connection.readPdu()
  if (answer?.type === pduAssociateAc) return { connection, acceptedIds: acceptedContexts(answer.body) }
  connection.destroy()
  if (answer?.type === pduAssociateRj) {
    throw new RejectedError({ result: answer.body[1]!, source: answer.body[2]!, reason: answer.body[3]! })
  }
  throw new Error(`no answer to A-ASSOCIATE-RQ but ${answer === undefined ? 'a closed connection' : answer.type}`)
}

/** Presentation context items (0x21) whose result is acceptance (PS3.8 9.3.3.2). */
function acceptedContexts(body: Buffer): readonly number[] {
  const ids: number[] = []
  for (let offset = 68; offset + 4 <= body.length; offset += 4 + body.readUInt16BE(offset + 2)) {
    if (body[offset] === 0x21 && body[offset + 6] === 0) ids.push(body[offset + 4]!)
  }
  return ids
}

export interface StoreRequest {
  readonly contextId: number
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly dataSet: Buffer
}
export type StoreOutcome =
  | { readonly kind: 'answered'; readonly answer: CommandAnswer }
  | { readonly kind: 'aborted' | 'closed' }

/** Sends one C-STORE and waits for what becomes of it. */
export async function storeRaw(
  association: RawAssociation,
  request: StoreRequest,
  messageId = 1,
): Promise<StoreOutcome> {
  const { connection } = association
  const command = encodeCStoreRq(messageId, request.sopClassUid, request.sopInstanceUid)
  await connection.write(encodePData(request.contextId, command, { isCommand: true, isLast: true }))
  for (let offset = 0; offset === 0 || offset < request.dataSet.length; offset += fragmentBytes) {
    const fragment = request.dataSet.subarray(offset, offset + fragmentBytes)
    const isLast = offset + fragmentBytes >= request.dataSet.length
    await connection.write(encodePData(request.contextId, fragment, { isCommand: false, isLast }))
  }
  return readOutcome(connection)
}

/** Asks whether the acceptor is alive, on an association of its own. */
export async function echo(port: number, aeTitles: { callingAeTitle: string; calledAeTitle: string }): Promise<number> {
  const contexts = [{ id: 1, abstractSyntaxUid: '1.2.840.10008.1.1', transferSyntaxUid: '1.2.840.10008.1.2' }]
  const { connection } = await openAssociation(port, { ...aeTitles, contexts })
  await connection.write(encodePData(1, encodeCEchoRq(1), { isCommand: true, isLast: true }))
  const outcome = await readOutcome(connection)
  await releaseAssociation(connection)
  return outcome.kind === 'answered' ? outcome.answer.status : -1
}

export async function releaseAssociation(connection: RawConnection): Promise<void> {
  await connection.write(encodeReleaseRq())
  await connection.readPdu()
  connection.destroy()
}

async function readOutcome(connection: RawConnection): Promise<StoreOutcome> {
  const pdu = await connection.readPdu()
  if (pdu === undefined) return { kind: 'closed' }
  if (pdu.type === pduAbort) return { kind: 'aborted' }
  if (pdu.type !== pduData) throw new Error(`unexpected PDU type ${pdu.type}`)
  return { kind: 'answered', answer: parseCommandAnswer(pdu.body.subarray(6)) }
}
