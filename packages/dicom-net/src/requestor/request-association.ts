import type net from 'node:net'
import { implementationClassUid, implementationVersionName } from '@vna/dicom'
import { AssociationCore, type AssociationEnd, type AssociationUser } from '../association/association-core.ts'
import { watchIntervalMs } from '../association/association-watch.ts'
import { type CommandSet, commandFields } from '../dimse/command-set.ts'
import type { DataSetSource } from '../dimse/message-writer.ts'
import type { DimseProvider, PresentationContext } from '../dimse/operation.ts'
import type { DimseResponse, OutgoingRequest } from '../dimse/own-requests.ts'
import { UlError } from '../errors.ts'
import { resolveLimits, type UlLimits } from '../limits.ts'
import type { AssociateAccept, AssociateRequest, RoleSelection } from '../pdu/pdu.ts'
import { dicomApplicationContextName } from '../pdu/pdu.ts'
import type { TlsClientOptions } from '../transport/tls-profile.ts'
import { acceptedContexts, verificationSopClassUid } from '../upper-layer/negotiation.ts'
import { connect } from './connect.ts'
import type { RequestorAssociation, StoreRequest, StoreResponse } from './requestor-association.ts'

const maxPresentationContexts = 128

export interface RequestAssociationOptions {
  readonly host: string
  readonly port: number
  readonly callingAeTitle: string
  readonly calledAeTitle: string
  /** At most 128; their ids are 1, 3, 5, … in this order. */
  readonly presentationContexts: readonly {
    readonly abstractSyntaxUid: string
    readonly transferSyntaxUids: readonly string[]
  }[]
  readonly limits?: Partial<UlLimits>
  /** Default true: without it a small PDU waits for the acknowledgement of the one before. */
  readonly noDelay?: boolean
  /** Operations under way at once; above 1 it is proposed to the peer. Default 1. */
  readonly maxOperations?: number
  readonly roleSelections?: readonly RoleSelection[]
  /** Requests the peer may make of us: C-STORE sub-operations of a C-GET, N-EVENT-REPORT. */
  readonly providers?: readonly DimseProvider[]
  readonly tls?: TlsClientOptions
  /** Aborts the association, at any time. */
  readonly signal?: AbortSignal
}

/**
 * Opens an association. Rejects with `connect-failed`, `timeout`, `cancelled`, `association-aborted`, or
 * `association-rejected` with `details` {result, source, reason}.
 */
export async function requestAssociation(o: RequestAssociationOptions): Promise<RequestorAssociation> {
  const limits = resolveLimits(o.limits)
  const request = associateRequestOf(o, limits)
  const socket = await connect({ ...o, timeoutMs: limits.connectTimeoutMs })
  const driver = new RequestorDriver(request, o, limits)
  return driver.associate(socket)
}

function associateRequestOf(o: RequestAssociationOptions, limits: UlLimits): AssociateRequest {
  if (o.presentationContexts.length === 0 || o.presentationContexts.length > maxPresentationContexts) {
    throw new UlError('invalid-argument', 'an association needs 1 to 128 presentation contexts')
  }
  const maxOperations = o.maxOperations ?? 1
  return {
    kind: 'A-ASSOCIATE-RQ',
    protocolVersion: 1,
    calledAeTitle: o.calledAeTitle,
    callingAeTitle: o.callingAeTitle,
    applicationContextName: dicomApplicationContextName,
    presentationContexts: o.presentationContexts.map((context, n) => ({ ...context, id: 2 * n + 1 })),
    userInformation: {
      maxPduLengthBytes: limits.announcedMaxPduLengthBytes,
      implementationClassUid,
      implementationVersionName,
      ...(maxOperations === 1 ? {} : { asynchronousOperations: { maxInvoked: maxOperations, maxPerformed: 1 } }),
      roleSelections: o.roleSelections ?? [],
      extendedNegotiations: [],
    },
  }
}

class RequestorDriver implements AssociationUser, RequestorAssociation {
  readonly #core: AssociationCore
  readonly #request: AssociateRequest
  readonly #options: RequestAssociationOptions
  readonly #limits: UlLimits
  readonly #established = Promise.withResolvers<void>()
  readonly #ended = Promise.withResolvers<AssociationEnd>()
  #timer: NodeJS.Timeout | undefined
  #accept: AssociateAccept | undefined
  #contexts: readonly PresentationContext[] = []
  #maxOperationsInvoked = 1

  constructor(request: AssociateRequest, o: RequestAssociationOptions, limits: UlLimits) {
    this.#request = request
    this.#options = o
    this.#limits = limits
    this.#core = new AssociationCore('requestor', this, limits)
  }

  async associate(socket: net.Socket): Promise<RequestorAssociation> {
    const { signal, noDelay } = this.#options
    this.#core.upperLayer.associate(this.#request)
    this.#core.transport.attach(socket, { readsEvents: true, noDelay: noDelay ?? true })
    this.#core.upperLayer.transportConnected()
    signal?.addEventListener('abort', this.#onSignal, { once: true })
    if (signal?.aborted === true) this.#onSignal()
    const timer = this.#deadline('no answer to the association request in time')
    try {
      await this.#established.promise
    } finally {
      clearTimeout(timer)
    }
    this.#timer = setInterval(() => this.#core.check(), watchIntervalMs(this.#limits)).unref()
    return this
  }

  get accept(): AssociateAccept {
    if (this.#accept === undefined) throw new UlError('wrong-state', 'not established')
    return this.#accept
  }

  get presentationContexts(): readonly PresentationContext[] {
    return this.#contexts
  }

  get maxOperationsInvoked(): number {
    return this.#maxOperationsInvoked
  }

  get ended(): Promise<AssociationEnd> {
    return this.#ended.promise
  }

  async echo(): Promise<{ status: number }> {
    const context = this.findContext(verificationSopClassUid) ?? this.#contexts[0]
    if (context === undefined) throw noContext(verificationSopClassUid)
    const command = { commandField: commandFields.cEchoRq, affectedSopClassUid: verificationSopClassUid }
    const response = await this.invoke({ contextId: context.id, command })
    return { status: response.command.status ?? 0 }
  }

  async store(request: StoreRequest): Promise<StoreResponse> {
    const context = this.findContext(request.sopClassUid, request.transferSyntaxUid)
    if (context === undefined) throw noContext(request.sopClassUid, request.transferSyntaxUid)
    const { moveOriginatorAeTitle, moveOriginatorMessageId } = request
    const command = {
      commandField: commandFields.cStoreRq,
      affectedSopClassUid: request.sopClassUid,
      affectedSopInstanceUid: request.sopInstanceUid,
      priority: request.priority ?? 0,
      ...(moveOriginatorAeTitle === undefined ? {} : { moveOriginatorApplicationEntityTitle: moveOriginatorAeTitle }),
      ...(moveOriginatorMessageId === undefined ? {} : { moveOriginatorMessageId }),
    }
    const dataSet = withProgress(request.dataSet, request.onProgress)
    const response = await this.invoke({ contextId: context.id, command, dataSet })
    return storeResponseOf(response.command)
  }

  async invoke(o: OutgoingRequest): Promise<DimseResponse> {
    const { endpoint, ended } = this.#core
    if (ended !== undefined) throw ended.error
    if (endpoint === undefined) throw new UlError('wrong-state', 'not established')
    return endpoint.request(o)
  }

  findContext(abstractSyntaxUid: string, transferSyntaxUid?: string): PresentationContext | undefined {
    return this.#contexts.find(
      (context) =>
        context.abstractSyntaxUid === abstractSyntaxUid &&
        (transferSyntaxUid === undefined || context.transferSyntaxUid === transferSyntaxUid),
    )
  }

  async release(): Promise<void> {
    await this.#core.endpoint?.quiet()
    if (this.#core.ended !== undefined) throw this.#core.ended.error
    this.#core.upperLayer.requestRelease()
    const timer = this.#deadline('no answer to the release request in time')
    const end = await this.ended
    clearTimeout(timer)
    if (end.outcome !== 'released') throw end.error
  }

  abort(): void {
    this.#core.abort(new UlError('association-aborted', 'aborted by us', { retryable: false }))
  }

  readonly #onSignal = (): void => this.#core.abort(new UlError('cancelled', 'association cancelled'))

  #deadline(message: string): NodeJS.Timeout {
    return setTimeout(() => this.#core.abort(new UlError('timeout', message)), this.#limits.responseTimeoutMs)
  }

  onAccepted(accept: AssociateAccept): void {
    this.#accept = accept
    this.#contexts = acceptedContexts(this.#request, accept.presentationContexts)
    // Absent in the answer: one at a time, whatever was proposed.
    this.#maxOperationsInvoked = accept.userInformation.asynchronousOperations?.maxInvoked ?? 1
    this.#core.establish({
      contexts: this.#contexts,
      providers: this.#options.providers ?? [],
      maxOperationsPerformed: 1,
      maxOperationsInvoked: this.#maxOperationsInvoked,
      peerMaxPduLengthBytes: accept.userInformation.maxPduLengthBytes,
    })
    this.#established.resolve()
  }

  onEnded(end: AssociationEnd): void {
    clearInterval(this.#timer)
    this.#options.signal?.removeEventListener('abort', this.#onSignal)
    this.#established.reject(end.error)
    this.#ended.resolve(end)
  }

  /* Rejection comes through onEnded; faults of a callback of the caller's are the caller's to see. */
  onRejected(): void {}
  onFault(): void {}
  /* Already connected when the association is requested. */
  openTransport(): void {}
  onClosed(): void {}
  onAssociate(): void {}
  onRefused(): void {}
}

function noContext(sopClassUid: string, transferSyntaxUid?: string): UlError {
  return new UlError('no-presentation-context', 'the peer did not accept this SOP class and transfer syntax', {
    details: { sopClassUid, ...(transferSyntaxUid === undefined ? {} : { transferSyntaxUid }) },
  })
}

function storeResponseOf(command: CommandSet): StoreResponse {
  const { status, errorComment, offendingElement } = command
  if (status === undefined) throw new UlError('command-set-invalid', 'C-STORE-RSP without a status')
  return {
    status,
    ...(errorComment === undefined ? {} : { errorComment }),
    ...(offendingElement === undefined ? {} : { offendingElement }),
  }
}

function withProgress(dataSet: DataSetSource, onProgress: ((sentBytes: number) => void) | undefined): DataSetSource {
  return onProgress === undefined ? dataSet : reportProgress(dataSet, onProgress)
}

async function* reportProgress(dataSet: DataSetSource, onProgress: (sentBytes: number) => void) {
  let sentBytes = 0
  for await (const chunk of dataSet instanceof Uint8Array ? slices(dataSet) : dataSet) {
    yield chunk
    sentBytes += chunk.length
    onProgress(sentBytes)
  }
}

const progressSliceBytes = 1024 * 1024

function* slices(dataSet: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < dataSet.length; at += progressSliceBytes) yield dataSet.subarray(at, at + progressSliceBytes)
}
