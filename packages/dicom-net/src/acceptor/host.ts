import type { AssociationOutcome } from '../association/association-core.ts'
import type { DimseOutcome, IncomingOperation, OperationReceiver, PresentationContext } from '../dimse/operation.ts'
import type { DimseResponse, OutgoingRequest } from '../dimse/own-requests.ts'
import type { UlErrorCode } from '../errors.ts'
import type { AssociateRequest } from '../pdu/pdu.ts'
import type { NegotiationPolicy } from '../upper-layer/negotiation.ts'

export interface PeerInfo {
  readonly address: string
  readonly port: number
  readonly tls: boolean
  /** Subject of the client's certificate, RFC 4514 style, when it showed a valid one. */
  readonly certificateSubject?: string
}

/** Receives one instance. The calls come in order; after `end` or `abort` none. */
export interface StoreSink {
  /**
   * All data set fragments of one socket read, in order. The bytes are valid only until it returns: copy them or write
   * them synchronously. A promise stops reading the socket until it settles. A thrown `DimseFailure` becomes the
   * response, anything else processing failure; the rest of the data set is then dropped.
   */
  write(fragments: readonly Uint8Array[]): void | Promise<void>
  /** After the last fragment. Resolves when the instance is durable, or with a failure status. */
  end(): Promise<DimseOutcome>
  /** The association died, perhaps while a promise of `write` is pending, or `write` failed; `end` never comes. */
  abort(reason: string): void
}

export interface CStoreRq {
  readonly messageId: number
  readonly affectedSopClassUid: string
  readonly affectedSopInstanceUid: string
  readonly priority: number
  readonly moveOriginatorApplicationEntityTitle?: string
  readonly moveOriginatorMessageId?: number
}

export interface AcceptedAssociation {
  readonly callingAeTitle: string
  readonly calledAeTitle: string
  readonly peer: PeerInfo
  readonly request: AssociateRequest
  readonly presentationContexts: readonly PresentationContext[]
  /** Requests the peer may have under way at once; 0: no limit. */
  readonly maxOperationsPerformed: number
  readonly startedAt: Date
  /** What `decideAssociation` gave. */
  readonly context: unknown
  /** A request of ours to the peer: C-STORE sub-operations of a C-GET, N-EVENT-REPORT. */
  invoke(o: OutgoingRequest): Promise<DimseResponse>
  abort(reason: string): void
}

/** An operation beyond C-STORE and C-ECHO. */
export interface AcceptorProvider {
  readonly commandField: number
  /** SOP classes it answers for; absent: all. */
  readonly abstractSyntaxUids?: ReadonlySet<string>
  begin(operation: IncomingOperation, association: AcceptedAssociation): OperationReceiver
}

export type AssociationDecision =
  | ({
      readonly accept: true
      readonly context: unknown
      /** At most the limit `maxOperationsPerAssociation`. */
      readonly maxOperationsInvoked?: number
    } & NegotiationPolicy)
  | { readonly accept: false; readonly result: 1 | 2; readonly source: 1 | 2 | 3; readonly reason: number }

export interface AssociationSummary {
  /** AE titles. */
  readonly calling: string
  readonly called: string
  readonly peer: PeerInfo
  readonly startedAt: Date
  readonly endedAt: Date
  /** C-STORE answered with success or warning. */
  readonly stores: number
  /** C-STORE answered with a failure, or cut off. */
  readonly failures: number
  /** Data set bytes received. */
  readonly bytes: number
  readonly outcome: AssociationOutcome
  readonly reason?: string
  /** Of `reason`, when it was not a rejection: a closed set. */
  readonly reasonCode?: UlErrorCode
  /** What `decideAssociation` gave, when it accepted. */
  readonly context?: unknown
}

/** The application behind an acceptor. What it throws fails one operation or one association, never the process. */
export interface AcceptorHost {
  /** A decision later than `decisionTimeoutMs` is void: the peer was rejected meanwhile. */
  decideAssociation(request: AssociateRequest, peer: PeerInfo): Promise<AssociationDecision>
  beginStore(association: AcceptedAssociation, request: CStoreRq, presentationContext: PresentationContext): StoreSink
  /**
   * Once for every A-ASSOCIATE-RQ received, whatever came of it, and after every sink of it has ended or was aborted
   * (or `closeTimeoutMs` later), so that nothing of the association is under way any more.
   */
  associationEnded(summary: AssociationSummary): void
  /** A connection that ended before an A-ASSOCIATE-RQ was complete: a probe, a scan, a slow or foreign client. */
  connectionFailed?(peer: PeerInfo, reason: string): void
  /** Something of the host's threw an unexpected error. For the log. */
  faulted?(error: unknown): void
}
