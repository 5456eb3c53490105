import { UlError } from '../errors.ts'
import type { UlLimits } from '../limits.ts'
import { encodePdu } from '../pdu/encode-pdu.ts'
import type { Abort, AssociateAccept, AssociateReject, AssociateRequest, ControlPdu } from '../pdu/pdu.ts'
import { abortReasons, abortSources, rejections } from '../pdu/pdu.ts'
import type { PduHandler, PdvPiece } from '../pdu/pdu-reader.ts'
import { PduReader } from '../pdu/pdu-reader.ts'
import type { Next, State, Step, UlEvent } from './state-table.ts'
import { actions, transitions } from './state-table.ts'

export type UlIndication =
  | { readonly kind: 'associate'; readonly request: AssociateRequest }
  /** AE-6: not acceptable to the service provider; the rejection is on its way. */
  | { readonly kind: 'refused'; readonly request: AssociateRequest; readonly reject: AssociateReject }
  | { readonly kind: 'accepted'; readonly accept: AssociateAccept }
  | { readonly kind: 'rejected'; readonly reject: AssociateReject }
  | { readonly kind: 'release' }
  | { readonly kind: 'released' }
  /** `by`: who ended it; `error` is the peer's mistake that made us abort. */
  | { readonly kind: 'abort'; readonly by: 'peer-user' | 'peer-provider'; readonly reason: number }
  | { readonly kind: 'provider-abort'; readonly error: UlError }
  | { readonly kind: 'connection-lost' }

/** What the state machine makes its driver do. */
export interface UpperLayerPort {
  openTransport(): void
  closeTransport(): void
  startArtim(): void
  stopArtim(): void
  /** The parts of one or more PDUs, in order. */
  sendPdu(parts: readonly Uint8Array[]): void
  indicate(indication: UlIndication): void
  /** Pieces of P-DATA-TF PDUs; only in states that take data. */
  onPdvPiece(piece: PdvPiece): void
  /** True stops reading after the current piece. */
  readonly halted: boolean
}

const noParts: readonly Uint8Array[] = []

type EventArgument = ControlPdu | UlError | readonly Uint8Array[] | undefined

/**
 * The DICOM upper layer of one association, either side: PS3.8 table 9-10 run over a byte stream, without I/O.
 * Sta1 → … → Sta6 (data) → … → Sta13 → Sta1; one object per association, never reused.
 */
export class UpperLayer implements PduHandler {
  readonly #role: 'requestor' | 'acceptor'
  readonly #port: UpperLayerPort
  readonly #reader: PduReader
  #state: State = 'Sta1'
  #deaf = false
  #request: AssociateRequest | undefined

  constructor(role: 'requestor' | 'acceptor', port: UpperLayerPort, limits: UlLimits) {
    this.#role = role
    this.#port = port
    this.#reader = new PduReader(this, limits)
  }

  get state(): State {
    return this.#state
  }

  get established(): boolean {
    return this.#state === 'Sta6'
  }

  get insidePdu(): boolean {
    return this.#reader.insidePdu
  }

  get halted(): boolean {
    return this.#port.halted
  }

  /** Bytes from the transport connection. Returns how many were consumed: all, unless the port halted. */
  receive(bytes: Uint8Array): number {
    if (this.#deaf || this.#state === 'Sta1') return bytes.length
    try {
      return this.#reader.push(bytes)
    } catch (error) {
      if (!(error instanceof UlError)) throw error
      // Where the next PDU starts is unknown from here on: nothing more is read.
      this.#deaf = true
      this.#run('Evt19', error)
      return bytes.length
    }
  }

  /** Requestor: A-ASSOCIATE request primitive. */
  associate(request: AssociateRequest): void {
    this.#request = request
    this.#run('Evt1', undefined)
  }

  transportConnected(): void {
    this.#run('Evt2', this.#request)
  }

  /** Acceptor: a TCP connection came in. */
  transportIndication(): void {
    this.#run('Evt5', undefined)
  }

  transportClosed(): void {
    this.#run('Evt17', undefined)
  }

  accept(accept: AssociateAccept): void {
    this.#run('Evt7', accept)
  }

  reject(reject: AssociateReject): void {
    this.#run('Evt8', reject)
  }

  /** Whole P-DATA-TF PDUs, already encoded. Throws `wrong-state` when the association does not take data. */
  sendData(parts: readonly Uint8Array[]): void {
    this.#require('Evt9')
    this.#run('Evt9', parts)
  }

  requestRelease(): void {
    this.#require('Evt11')
    this.#run('Evt11', undefined)
  }

  respondRelease(): void {
    this.#run('Evt14', undefined)
  }

  /** A-ABORT request primitive of our user; without effect where there is no association. */
  abort(): void {
    this.#run('Evt15', undefined)
  }

  /** The peer broke a rule above PDU level: the provider aborts as for an invalid PDU. */
  abortForViolation(error: UlError): void {
    this.#deaf = true
    this.#run('Evt19', error)
  }

  artimExpired(): void {
    this.#run('Evt18', undefined)
  }

  onPdu(pdu: ControlPdu): void {
    this.#run(eventOfPdu[pdu.kind], pdu)
  }

  onPDataStart(): void {
    this.#run('Evt10', noParts)
  }

  onPdvPiece(piece: PdvPiece): void {
    // DT-2 and AR-6; elsewhere Evt10 has already led to an abort or the data is to be ignored (AA-6).
    if (this.#state === 'Sta6' || this.#state === 'Sta7') this.#port.onPdvPiece(piece)
  }

  #require(event: UlEvent): void {
    if (transitions[event][this.#state] === undefined) {
      throw new UlError('wrong-state', 'the association does not allow this now', {
        details: { event, state: this.#state },
      })
    }
  }

  /** Runs the cell of table 9-10; a blank cell has no effect (see `transitions`). */
  #run(event: UlEvent, argument: EventArgument): void {
    const label = transitions[event][this.#state]
    if (label === undefined) return
    if (label === 'AE-6' && this.#refuseUnacceptable(argument as AssociateRequest)) return
    const { steps, next } = actions[label]
    // The state changes first: a step may call the user, who may act at once.
    this.#state = this.#nextState(next)
    for (const step of steps) this.#step(step, argument)
  }

  /** AE-6: what the service provider itself cannot accept. */
  #refuseUnacceptable(request: AssociateRequest): boolean {
    if ((request.protocolVersion & 1) === 1) return false
    const reject: AssociateReject = { kind: 'A-ASSOCIATE-RJ', ...rejections.protocolVersionNotSupported }
    this.#state = actions['AE-6'].next.otherwise
    this.#step('stop-artim', undefined)
    this.#step('send-associate-rj', reject)
    this.#step('start-artim', undefined)
    this.#port.indicate({ kind: 'refused', request, reject })
    return true
  }

  #nextState(next: Next): State {
    if (typeof next === 'string') return next
    return 'acceptable' in next ? next.acceptable : next[this.#role]
  }

  #step(step: Step, argument: EventArgument): void {
    const port = this.#port
    switch (step) {
      case 'open-transport':
        port.openTransport()
        break
      case 'close-transport':
        port.closeTransport()
        break
      case 'start-artim':
        port.startArtim()
        break
      case 'stop-artim':
        port.stopArtim()
        break
      case 'send-associate-rq':
      case 'send-associate-ac':
      case 'send-associate-rj':
        port.sendPdu([encodePdu(argument as ControlPdu)])
        break
      case 'send-p-data':
        port.sendPdu(argument as readonly Uint8Array[])
        break
      case 'send-release-rq':
        port.sendPdu([encodePdu({ kind: 'A-RELEASE-RQ' })])
        break
      case 'send-release-rp':
        port.sendPdu([encodePdu({ kind: 'A-RELEASE-RP' })])
        break
      case 'send-abort-user':
        port.sendPdu([encodePdu(abortFor('serviceUser', argument))])
        break
      case 'send-abort-provider':
        port.sendPdu([encodePdu(abortFor('serviceProvider', argument))])
        break
      case 'indicate-p-data':
        break // the pieces follow through onPdvPiece
      default:
        port.indicate(indicationFor(step, argument))
        break
    }
  }
}

const eventOfPdu = {
  'A-ASSOCIATE-RQ': 'Evt6',
  'A-ASSOCIATE-AC': 'Evt3',
  'A-ASSOCIATE-RJ': 'Evt4',
  'A-RELEASE-RQ': 'Evt12',
  'A-RELEASE-RP': 'Evt13',
  'A-ABORT': 'Evt16',
} as const satisfies Record<ControlPdu['kind'], UlEvent>

function abortFor(source: 'serviceUser' | 'serviceProvider', argument: EventArgument): Abort {
  // A reason is significant only when the source is the provider (PS3.8 table 9-26).
  const reason = source === 'serviceUser' ? abortReasons.notSpecified : abortReasonFor(argument)
  return { kind: 'A-ABORT', source: abortSources[source], reason }
}

function abortReasonFor(argument: EventArgument): number {
  if (!(argument instanceof UlError)) return abortReasons.unexpectedPdu
  switch (argument.code) {
    case 'pdu-unrecognized':
      return abortReasons.unrecognizedPdu
    case 'message-out-of-order':
    case 'context-not-accepted':
      return abortReasons.unexpectedPduParameter
    case 'timeout':
      return abortReasons.notSpecified
    default:
      return abortReasons.invalidPduParameter
  }
}

function indicationFor(
  step:
    | 'indicate-associate'
    | 'confirm-accept'
    | 'confirm-reject'
    | 'indicate-release'
    | 'confirm-release'
    | 'indicate-abort'
    | 'indicate-p-abort',
  argument: EventArgument,
): UlIndication {
  switch (step) {
    case 'indicate-associate':
      return { kind: 'associate', request: argument as AssociateRequest }
    case 'confirm-accept':
      return { kind: 'accepted', accept: argument as AssociateAccept }
    case 'confirm-reject':
      return { kind: 'rejected', reject: argument as AssociateReject }
    case 'indicate-release':
      return { kind: 'release' }
    case 'confirm-release':
      return { kind: 'released' }
    case 'indicate-abort': {
      const abort = argument as Abort
      const by = abort.source === abortSources.serviceUser ? 'peer-user' : 'peer-provider'
      return { kind: 'abort', by, reason: abort.reason }
    }
    case 'indicate-p-abort':
      return argument === undefined ? { kind: 'connection-lost' } : { kind: 'provider-abort', error: errorOf(argument) }
  }
}

function errorOf(argument: EventArgument): UlError {
  if (argument instanceof UlError) return argument
  const kind = argument !== undefined && 'kind' in argument ? argument.kind : 'P-DATA-TF'
  return new UlError('message-out-of-order', `unexpected ${kind}`, { details: { pdu: kind } })
}
