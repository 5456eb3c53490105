import type net from 'node:net'
import { AssociationCore, type AssociationEnd, type AssociationUser } from '../association/association-core.ts'
import type { DimseProvider, PresentationContext } from '../dimse/operation.ts'
import type { DimseResponse, OutgoingRequest } from '../dimse/own-requests.ts'
import { UlError } from '../errors.ts'
import type { UlLimits } from '../limits.ts'
import type { AssociateReject, AssociateRequest } from '../pdu/pdu.ts'
import { dicomApplicationContextName, rejections } from '../pdu/pdu.ts'
import { negotiate } from '../upper-layer/negotiation.ts'
import type {
  AcceptedAssociation,
  AcceptorHost,
  AcceptorProvider,
  AssociationDecision,
  AssociationSummary,
  PeerInfo,
} from './host.ts'
import { echoProvider, type StoreCounts, StoreProvider } from './store-provider.ts'

/** What an association needs from the acceptor it belongs to. */
export interface AssociationOwner {
  readonly host: AcceptorHost
  readonly limits: UlLimits
  readonly providers: readonly AcceptorProvider[]
  /** Takes one of the established associations' places; false when there is none. */
  admit(association: AcceptedAssociationDriver): boolean
  /** The association ended: its place is free. */
  left(association: AcceptedAssociationDriver): void
  /** The TCP connection is gone and the host knows how the association ended. */
  gone(association: AcceptedAssociationDriver): void
}

interface Rejection {
  readonly result: number
  readonly source: number
  readonly reason: number
}

const noCounts: StoreCounts = { stores: 0, failures: 0, bytes: 0 }

/**
 * The acceptor's side of one connection: awaits the request, lets the host decide, negotiates, serves, and tells the
 * host how it ended: once, if there ever was an A-ASSOCIATE-RQ.
 */
export class AcceptedAssociationDriver implements AssociationUser, AcceptedAssociation {
  readonly core: AssociationCore
  readonly peer: PeerInfo
  readonly startedAt = new Date()
  readonly #owner: AssociationOwner
  #request: AssociateRequest | undefined
  #contexts: readonly PresentationContext[] = []
  #maxOperationsPerformed = 1
  #context: unknown
  #store: StoreProvider | undefined
  #rejection: Rejection | undefined
  #deciding: Promise<void> | undefined
  #reported = false
  #closed = false

  constructor(owner: AssociationOwner, peer: PeerInfo) {
    this.#owner = owner
    this.peer = peer
    this.core = new AssociationCore('acceptor', this, owner.limits)
  }

  start(socket: net.Socket, readsEvents: boolean): void {
    this.core.upperLayer.transportIndication()
    this.core.transport.attach(socket, { readsEvents, noDelay: true })
  }

  get request(): AssociateRequest {
    if (this.#request === undefined) throw new UlError('wrong-state', 'no association request yet')
    return this.#request
  }

  get callingAeTitle(): string {
    return this.request.callingAeTitle
  }

  get calledAeTitle(): string {
    return this.request.calledAeTitle
  }

  get presentationContexts(): readonly PresentationContext[] {
    return this.#contexts
  }

  get maxOperationsPerformed(): number {
    return this.#maxOperationsPerformed
  }

  get context(): unknown {
    return this.#context
  }

  async invoke(o: OutgoingRequest): Promise<DimseResponse> {
    const { endpoint, ended } = this.core
    if (ended !== undefined) throw ended.error
    if (endpoint === undefined) throw new UlError('wrong-state', 'not established')
    return endpoint.request(o)
  }

  abort(reason: string): void {
    this.core.abort(new UlError('association-aborted', reason))
  }

  onAssociate(request: AssociateRequest): void {
    this.#request = request
    if (request.applicationContextName !== dicomApplicationContextName) {
      this.#reject(rejections.applicationContextNotSupported)
    } else if (this.#owner.admit(this)) {
      // The place is taken before the host is asked: decisions may take time, and places must not be given twice.
      this.#deciding = this.#decide(request).finally(() => {
        this.#deciding = undefined
      })
    } else {
      this.#reject(rejections.localLimitExceeded)
    }
  }

  async #decide(request: AssociateRequest): Promise<void> {
    let decision: AssociationDecision
    try {
      decision = await this.#timely(this.#owner.host.decideAssociation(request, this.peer))
    } catch (error) {
      this.onFault(error)
      decision = { accept: false, ...rejections.temporaryCongestion }
    }
    // Kept even when the peer is gone by now: the host counts on hearing of it again.
    if (decision.accept) this.#context = decision.context
    if (this.core.ended !== undefined) return
    try {
      if (decision.accept) this.#accept(request, decision)
      else this.#reject(decision)
    } catch (error) {
      this.onFault(error)
      if (this.core.upperLayer.state === 'Sta3') this.#reject(rejections.temporaryCongestion)
      else this.abort('the association could not be accepted')
    }
  }

  async #timely<T>(decision: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => reject(new UlError('timeout', 'the decision on an association took too long')),
      this.#owner.limits.decisionTimeoutMs,
    )
    try {
      return await Promise.race([decision, promise])
    } finally {
      clearTimeout(timer)
    }
  }

  #accept(request: AssociateRequest, decision: AssociationDecision & { accept: true }): void {
    const { limits, host, providers } = this.#owner
    const negotiated = negotiate(request, decision, { limits, maxOperations: decision.maxOperationsInvoked })
    this.#contexts = negotiated.contexts
    this.#maxOperationsPerformed = negotiated.maxOperationsPerformed
    this.#store = new StoreProvider(host, this)
    this.core.establish({
      contexts: negotiated.contexts,
      providers: [this.#store, echoProvider, ...providers.map((provider) => this.#bound(provider))],
      maxOperationsPerformed: negotiated.maxOperationsPerformed,
      maxOperationsInvoked: 1,
      peerMaxPduLengthBytes: request.userInformation.maxPduLengthBytes,
    })
    this.core.upperLayer.accept(negotiated.accept)
  }

  #bound(provider: AcceptorProvider): DimseProvider {
    return { ...provider, begin: (operation) => provider.begin(operation, this) }
  }

  #reject(rejection: Rejection): void {
    this.#rejection = rejectionOf(rejection)
    this.core.rejectAssociation({ kind: 'A-ASSOCIATE-RJ', ...this.#rejection })
  }

  onRefused(request: AssociateRequest, reject: AssociateReject): void {
    this.#request = request
    this.#rejection = rejectionOf(reject)
  }

  onEnded(end: AssociationEnd): void {
    this.#owner.left(this)
    const endedAt = new Date()
    const pending = this.#deciding ?? ((this.#store?.ending ?? 0) > 0 ? this.#store?.settled() : undefined)
    if (pending === undefined) this.#report(end, endedAt)
    else void this.#within(pending).then(() => this.#report(end, endedAt))
  }

  async #within(pending: Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, this.#owner.limits.closeTimeoutMs)
    await Promise.race([pending, promise])
    clearTimeout(timer)
  }

  #report(end: AssociationEnd, endedAt: Date): void {
    const { host } = this.#owner
    const request = this.#request
    try {
      if (request === undefined) host.connectionFailed?.(this.peer, end.error.message)
      else host.associationEnded(this.#summary(request, end, endedAt))
    } catch (error) {
      this.onFault(error)
    }
    this.#reported = true
    this.#leaveWhenDone()
  }

  #summary(request: AssociateRequest, end: AssociationEnd, endedAt: Date): AssociationSummary {
    const { peer, startedAt } = this
    const { callingAeTitle: calling, calledAeTitle: called } = request
    const context = this.#context === undefined ? {} : { context: this.#context }
    const outcome = outcomeOf(end, this.#rejection)
    return { calling, called, peer, startedAt, endedAt, ...this.#counts(), ...outcome, ...context }
  }

  #counts(): StoreCounts {
    return { ...(this.#store?.counts ?? noCounts) }
  }

  onClosed(): void {
    this.#closed = true
    this.#leaveWhenDone()
  }

  #leaveWhenDone(): void {
    if (this.#closed && this.#reported) this.#owner.gone(this)
  }

  onFault(error: unknown): void {
    this.#owner.host.faulted?.(error)
  }

  /* The requestor's part of AssociationUser: an acceptor's state machine never comes here. */
  onAccepted(): void {}
  onRejected(): void {}
  openTransport(): void {}
}

function rejectionOf({ result, source, reason }: Rejection): Rejection {
  return { result, source, reason }
}

function outcomeOf(
  end: AssociationEnd,
  rejection: Rejection | undefined,
): Pick<AssociationSummary, 'outcome' | 'reason' | 'reasonCode'> {
  const { outcome, error } = end
  if (outcome === 'released') return { outcome }
  if (rejection !== undefined) return { outcome, reason: `rejected ${Object.values(rejection).join('/')}` }
  return { outcome, reason: error.message, reasonCode: error.code }
}
