import { DimseEndpoint, type DimseEndpointOptions, type DimseEndpointPort } from '../dimse/endpoint.ts'
import { UlError } from '../errors.ts'
import type { UlLimits } from '../limits.ts'
import type { AssociateAccept, AssociateReject, AssociateRequest } from '../pdu/pdu.ts'
import type { PdvPiece } from '../pdu/pdu-reader.ts'
import { Transport, type TransportUser } from '../transport/transport.ts'
import { type UlIndication, UpperLayer, type UpperLayerPort } from '../upper-layer/upper-layer.ts'
import { AssociationWatch } from './association-watch.ts'

export type AssociationOutcome = 'released' | 'aborted' | 'rejected' | 'lost' | 'timeout'
export interface AssociationEnd {
  readonly outcome: AssociationOutcome
  readonly error: UlError
}

/** The side that owns a core: acceptor or requestor. */
export interface AssociationUser {
  onAssociate(request: AssociateRequest): void
  /** The state machine itself rejected the request. */
  onRefused(request: AssociateRequest, reject: AssociateReject): void
  onAccepted(accept: AssociateAccept): void
  onRejected(reject: AssociateReject): void
  openTransport(): void
  /** The association, or the attempt at one, is over. Called once, before `onClosed`. */
  onEnded(end: AssociationEnd): void
  /** The TCP connection is gone. Called once. */
  onClosed(): void
  /** Something of ours threw what it should not: for the log. */
  onFault(error: unknown): void
}

export type EstablishOptions = Omit<DimseEndpointOptions, 'port' | 'limits'>

/**
 * One association of either side: upper layer, DIMSE and transport put together, and the timers.
 * Life: created → (associating) → established → ended → closed; `ended` comes once, and no error of a peer leaves here.
 */
export class AssociationCore implements UpperLayerPort, TransportUser, DimseEndpointPort {
  readonly upperLayer: UpperLayer
  readonly transport: Transport
  readonly #user: AssociationUser
  readonly #limits: UlLimits
  readonly #watch: AssociationWatch
  #endpoint: DimseEndpoint | undefined
  #artim: NodeJS.Timeout | undefined
  #end: AssociationEnd | undefined
  #releaseWaits = false
  #lastSend: void | Promise<void> = undefined
  #sendError: UlError | undefined

  constructor(role: 'acceptor' | 'requestor', user: AssociationUser, limits: UlLimits) {
    this.#user = user
    this.#limits = limits
    this.upperLayer = new UpperLayer(role, this, limits)
    this.transport = new Transport(this, limits)
    this.#watch = new AssociationWatch(limits, this.nowMs())
  }

  get endpoint(): DimseEndpoint | undefined {
    return this.#endpoint
  }

  get ended(): AssociationEnd | undefined {
    return this.#end
  }

  /** Called when both sides agreed, before the peer's first byte of data is handed in. */
  establish(o: EstablishOptions): DimseEndpoint {
    this.#endpoint = new DimseEndpoint({ ...o, limits: this.#limits, port: this })
    return this.#endpoint
  }

  /** Our own user gives up: A-ABORT. */
  abort(error: UlError): void {
    this.upperLayer.abort()
    this.#finish({ outcome: error.code === 'timeout' ? 'timeout' : 'aborted', error })
  }

  /** Acceptor: A-ASSOCIATE-RJ. */
  rejectAssociation(reject: AssociateReject): void {
    this.upperLayer.reject(reject)
    this.#finish({ outcome: 'rejected', error: rejectedError(reject) })
  }

  /** Run now and then by the owner's timer. */
  check(): void {
    const endpoint = this.#endpoint
    if (this.#end !== undefined || endpoint === undefined) return
    const inside = this.upperLayer.insidePdu || endpoint.insideMessage
    const verdict = this.#watch.check(this.nowMs(), {
      bytesRead: this.transport.bytesRead,
      inside,
      waitsForUs:
        this.transport.paused || (!inside && (endpoint.operationsUnderWay > 0 || endpoint.requestsUnderWay > 0)),
    })
    if (verdict !== undefined) this.#timeOut(verdict === 'idle' ? 'association was idle' : 'peer stalled in a message')
    else if (endpoint.isOverdue()) this.#timeOut('no response in time')
  }

  #timeOut(message: string): void {
    this.violated(new UlError('timeout', message))
  }

  /* TransportUser */

  get halted(): boolean {
    return this.#endpoint?.halted ?? false
  }

  onBytes(bytes: Uint8Array): number {
    const taken = this.upperLayer.receive(bytes)
    this.#endpoint?.endOfRead()
    return taken
  }

  onClosed(error: Error | undefined): void {
    // Told here, not by the state machine: it knows neither the cause nor, before a request, whom to tell (AA-5).
    const cause = connectionLost(error)
    this.#finish({ outcome: cause.code === 'timeout' ? 'timeout' : 'lost', error: cause })
    this.upperLayer.transportClosed()
    this.stopArtim()
    this.#user.onClosed()
  }

  /* UpperLayerPort */

  openTransport(): void {
    this.#user.openTransport()
  }

  closeTransport(): void {
    this.transport.close()
  }

  startArtim(): void {
    this.stopArtim()
    const { artimTimeoutMs, closeTimeoutMs } = this.#limits
    const timeoutMs = this.upperLayer.state === 'Sta13' ? closeTimeoutMs : artimTimeoutMs
    this.#artim = setTimeout(() => this.#artimExpired(), timeoutMs)
  }

  stopArtim(): void {
    clearTimeout(this.#artim)
  }

  #artimExpired(): void {
    this.upperLayer.artimExpired()
    this.#finish({ outcome: 'timeout', error: new UlError('timeout', 'no association request in time') })
    this.transport.destroy()
  }

  send(parts: readonly Uint8Array[]): void | Promise<void> {
    // DIMSE data passes through the state machine, which hands it to `sendPdu`.
    this.#sendError = undefined
    this.#lastSend = undefined
    this.upperLayer.sendData(parts)
    if (this.#sendError !== undefined) throw this.#sendError
    return this.#lastSend
  }

  sendPdu(parts: readonly Uint8Array[]): void {
    try {
      this.#lastSend = this.transport.send(parts)
      // Who waits for it hears of a failure; for a PDU nobody waits for, the end of the connection says it all.
      this.#lastSend?.catch(() => undefined)
    } catch (error) {
      if (!(error instanceof UlError)) throw error
      this.#sendError = error
    }
  }

  onPdvPiece(piece: PdvPiece): void {
    this.#endpoint?.onPdvPiece(piece)
  }

  indicate(indication: UlIndication): void {
    switch (indication.kind) {
      case 'associate':
        this.#user.onAssociate(indication.request)
        break
      case 'refused':
        this.#user.onRefused(indication.request, indication.reject)
        this.#finish({ outcome: 'rejected', error: rejectedError(indication.reject) })
        break
      case 'accepted':
        this.#user.onAccepted(indication.accept)
        break
      case 'rejected':
        this.#user.onRejected(indication.reject)
        this.#finish({ outcome: 'rejected', error: rejectedError(indication.reject) })
        break
      case 'release':
        this.#onRelease()
        break
      case 'released':
        this.#finish({ outcome: 'released', error: releasedError('association released') })
        break
      case 'abort':
        this.#finish({ outcome: 'aborted', error: abortedError(indication.by, indication.reason) })
        break
      case 'provider-abort': {
        const { error } = indication
        this.#finish({ outcome: error.code === 'timeout' ? 'timeout' : 'aborted', error })
        break
      }
      case 'connection-lost':
        this.#finish({ outcome: 'lost', error: connectionLost(undefined) })
        break
    }
  }

  /** Responses to what is under way still go out (AR-7), then A-RELEASE-RP. */
  #onRelease(): void {
    this.#endpoint?.abandonMessage('association released inside a data set')
    if ((this.#endpoint?.operationsUnderWay ?? 0) > 0) this.#releaseWaits = true
    else this.#respondRelease()
  }

  #respondRelease(): void {
    this.#releaseWaits = false
    this.upperLayer.respondRelease()
    if (this.upperLayer.state !== 'Sta13') return // release collision: the peer's A-RELEASE-RP is to come
    this.#finish({ outcome: 'released', error: releasedError('association released by the peer') })
  }

  /* DimseEndpointPort */

  unhalted(): void {
    this.transport.readOn()
  }

  idle(): void {
    if (this.#releaseWaits) this.#respondRelease()
  }

  violated(error: UlError): void {
    this.upperLayer.abortForViolation(error)
  }

  broken(error: UlError): void {
    this.abort(error)
  }

  faulted(error: unknown): void {
    this.#user.onFault(error)
  }

  nowMs(): number {
    return performance.now()
  }

  #finish(end: AssociationEnd): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#endpoint?.end(end.error)
    this.#user.onEnded(end)
  }
}

function rejectedError(reject: AssociateReject): UlError {
  const { result, source, reason } = reject
  return new UlError('association-rejected', `association rejected (${result}/${source}/${reason})`, {
    details: { result, source, reason },
    retryable: result === 2,
  })
}

function abortedError(by: 'peer-user' | 'peer-provider', reason: number): UlError {
  return new UlError('association-aborted', 'the peer aborted the association', { details: { by, reason } })
}

function releasedError(message: string): UlError {
  return new UlError('association-released', message)
}

function connectionLost(cause: Error | undefined): UlError {
  if (cause instanceof UlError) return cause
  return new UlError('connection-lost', 'the connection was lost', cause === undefined ? {} : { cause })
}
