import { UlError } from '../errors.ts'
import type { UlLimits } from '../limits.ts'
import type { PdvPiece } from '../pdu/pdu-reader.ts'
import { type CommandSet, commandFields, parseCommandSet, responseBit } from './command-set.ts'
import { CollectingReceiver, discardingReceiver, type MessageReceiver } from './message-receiver.ts'
import { MessageWriter } from './message-writer.ts'
import { DimseFailure, type DimseProvider, type PresentationContext } from './operation.ts'
import { OperationRun, type OperationRunPort } from './operation-run.ts'
import { OperationWindow } from './operation-window.ts'
import { type DimseResponse, type OutgoingRequest, OwnRequests } from './own-requests.ts'
import { dimseStatus } from './status.ts'

export interface DimseEndpointPort {
  /** Whole P-DATA-TF PDUs; throws `UlError` when the association does not take data any more. */
  send(parts: readonly Uint8Array[]): void | Promise<void>
  /** Reading may go on after `halted` was true. */
  unhalted(): void
  /** No request of the peer is under way any more. */
  idle(): void
  /** The peer broke the rules outside of `onPdvPiece`. */
  violated(error: UlError): void
  /** A message of ours was begun and cannot be completed. */
  broken(error: UlError): void
  /** A provider or a callback of our own threw something unexpected. */
  faulted(error: unknown): void
  nowMs(): number
}

export interface DimseEndpointOptions {
  readonly contexts: readonly PresentationContext[]
  readonly providers: readonly DimseProvider[]
  /** Requests of the peer that may be under way at once; 0: no limit. */
  readonly maxOperationsPerformed: number
  /** Requests of ours that may be under way at once; 0: no limit. */
  readonly maxOperationsInvoked: number
  readonly peerMaxPduLengthBytes: number
  readonly limits: UlLimits
  readonly port: DimseEndpointPort
}

type Request = CommandSet & { readonly messageId: number }

/**
 * DIMSE of one association (PS3.7), both directions: requests of the peer go to providers, responses to our own
 * requests back to who sent them. One message is received at a time, several operations may be under way. Sans-I/O.
 */
export class DimseEndpoint implements OperationRunPort {
  readonly #contexts: ReadonlyMap<number, PresentationContext>
  readonly #providers: readonly DimseProvider[]
  readonly #maxOperations: number
  readonly #limits: UlLimits
  readonly #port: DimseEndpointPort
  readonly #writer: MessageWriter
  readonly #running = new Map<number, OperationRun>()
  readonly #own = new OwnRequests()
  readonly #window: OperationWindow
  #command: Uint8Array[] = []
  #commandBytes = 0
  #commandContextId = 0
  #receiver: MessageReceiver | undefined
  #receiverContextId = 0
  #fragments: Uint8Array[] = []
  #dataSetBytes = 0
  #waits = false
  #deferred: { context: PresentationContext; request: Request } | undefined
  #endedBy: UlError | undefined

  constructor(o: DimseEndpointOptions) {
    this.#contexts = new Map(o.contexts.map((context) => [context.id, context]))
    this.#providers = o.providers
    this.#maxOperations = o.maxOperationsPerformed === 0 ? Number.POSITIVE_INFINITY : o.maxOperationsPerformed
    this.#window = new OperationWindow(o.maxOperationsInvoked)
    this.#limits = o.limits
    this.#port = o.port
    const { maxSentPduLengthBytes } = o.limits
    this.#writer = new MessageWriter({
      peerMaxPduLengthBytes: o.peerMaxPduLengthBytes,
      maxSentPduLengthBytes,
      send: (parts) => o.port.send(parts),
      onBroken: (error) => o.port.broken(error),
    })
  }

  /** True while no more bytes may be handed in: a receiver is behind, or the operations window is full. */
  get halted(): boolean {
    return this.#waits || this.#deferred !== undefined
  }

  get operationsUnderWay(): number {
    return this.#running.size
  }

  get requestsUnderWay(): number {
    return this.#own.size
  }

  get insideMessage(): boolean {
    return this.#receiver !== undefined || this.#commandBytes > 0
  }

  /** Throws `UlError` when the peer breaks a rule: the association is to be aborted. */
  onPdvPiece(piece: PdvPiece): void {
    if (piece.isCommand) this.#onCommandPiece(piece)
    else this.#onDataPiece(piece)
  }

  /** All bytes of one socket read were handed in: passes on what is collected of the current data set. */
  endOfRead(): void {
    try {
      const wait = this.#flush()
      if (wait !== undefined) this.#halt(wait)
    } catch (error) {
      if (!(error instanceof UlError)) throw error
      this.#port.violated(error)
    }
  }

  /**
   * Sends a request, when the window has room, and resolves with its final response. Rejects with `UlError` when the
   * association ends before.
   */
  request(o: OutgoingRequest): Promise<DimseResponse> {
    return this.#window.run(() => this.#request(o))
  }

  /** Resolves when no request of ours is under way or waits. */
  quiet(): Promise<void> {
    return this.#window.empty()
  }

  async #request(o: OutgoingRequest): Promise<DimseResponse> {
    if (this.#endedBy !== undefined) throw this.#endedBy
    const { messageId, final } = this.#own.add(o.onPending)
    try {
      const command = { ...o.command, messageId, hasDataSet: o.dataSet !== undefined } as CommandSet
      await this.#writer.send(o.contextId, command, o.dataSet)
    } catch (error) {
      this.#own.drop(messageId)
      throw this.#endedBy ?? error
    }
    this.#own.sent(messageId, this.#port.nowMs())
    return final
  }

  isOverdue(): boolean {
    return this.#own.isOverdue(this.#port.nowMs(), this.#limits.responseTimeoutMs)
  }

  /** A-RELEASE-RQ arrived: a half-received message never gets its end. */
  abandonMessage(reason: string): void {
    const receiver = this.#receiver
    this.#receiver = undefined
    this.#fragments = []
    receiver?.abort(reason)
    if (receiver instanceof OperationRun) this.#forget(receiver)
  }

  /** The association is over: whatever is under way ends, nothing is sent any more. */
  end(error: UlError): void {
    if (this.#endedBy !== undefined) return
    this.#endedBy = error
    this.#receiver?.abort(error.message)
    this.#receiver = undefined
    this.#fragments = []
    this.#deferred = undefined
    for (const run of this.#running.values()) run.abort(error.message)
    this.#running.clear()
    this.#own.failAll(error)
  }

  respond(contextId: number, response: CommandSet, dataSet?: Uint8Array): void | Promise<void> {
    if (this.#endedBy !== undefined) return
    try {
      // Rejects only when the association ended meanwhile: nobody is left to be told.
      return this.#writer.send(contextId, response, dataSet)?.catch(() => undefined)
    } catch (error) {
      if (!(error instanceof UlError)) this.#port.faulted(error)
    }
  }

  finished(run: OperationRun): void {
    this.#forget(run)
    const deferred = this.#deferred
    if (deferred !== undefined) {
      this.#deferred = undefined
      this.#dispatch(deferred.context, deferred.request)
    }
    if (!this.halted) this.#port.unhalted()
    if (this.#running.size === 0) this.#port.idle()
  }

  faulted(error: unknown): void {
    this.#port.faulted(error)
  }

  /** A run refused for its message id must not take away the one that owns it. */
  #forget(run: OperationRun): void {
    if (this.#running.get(run.messageId) === run) this.#running.delete(run.messageId)
  }

  #onCommandPiece(piece: PdvPiece): void {
    if (this.#receiver !== undefined) throw outOfOrder('command set while a data set is expected', piece)
    if (this.#commandBytes > 0 && this.#commandContextId !== piece.presentationContextId) {
      throw outOfOrder('command set changes its presentation context', piece)
    }
    this.#commandContextId = piece.presentationContextId
    const context = this.#contextOf(piece)
    const lengthBytes = this.#commandBytes + piece.bytes.length
    if (lengthBytes > this.#limits.maxCommandSetBytes) {
      throw new UlError('command-set-too-long', 'command set is longer than allowed', { details: { lengthBytes } })
    }
    if (!piece.endsMessage) {
      if (piece.bytes.length > 0) this.#command.push(Uint8Array.from(piece.bytes))
      this.#commandBytes = lengthBytes
      return
    }
    const bytes = this.#commandBytes === 0 ? piece.bytes : Buffer.concat([...this.#command, piece.bytes])
    this.#command = []
    this.#commandBytes = 0
    this.#onCommand(context, parseCommandSet(bytes))
  }

  #onDataPiece(piece: PdvPiece): void {
    if (this.#receiver === undefined) throw outOfOrder('data set without a command set', piece)
    if (piece.presentationContextId !== this.#receiverContextId) {
      throw outOfOrder('data set on another presentation context than its command set', piece)
    }
    if (piece.bytes.length > 0) this.#fragments.push(piece.bytes)
    this.#dataSetBytes += piece.bytes.length
    if (this.#dataSetBytes > this.#limits.maxDataSetBytes) {
      throw new UlError('data-set-too-long', 'data set is longer than allowed', {
        details: { maxDataSetBytes: this.#limits.maxDataSetBytes },
      })
    }
    if (!piece.endsMessage) return
    const wait = this.#flush()
    const receiver = this.#receiver
    this.#receiver = undefined
    if (wait === undefined) this.#endMessage(receiver)
    else this.#halt(wait, () => this.#endMessage(receiver))
  }

  #endMessage(receiver: MessageReceiver): void {
    const wait = receiver.end()
    if (wait !== undefined) this.#halt(wait)
  }

  #flush(): void | Promise<void> {
    if (this.#fragments.length === 0) return
    const fragments = this.#fragments
    this.#fragments = []
    return this.#receiver?.write(fragments)
  }

  #halt(wait: Promise<void>, then?: () => void): void {
    this.#waits = true
    const goOn = () => {
      this.#waits = false
      if (this.#endedBy !== undefined) return
      then?.()
      if (!this.halted) this.#port.unhalted()
    }
    wait.then(goOn, (error: unknown) => {
      this.#port.faulted(error)
      goOn()
    })
  }

  #contextOf(piece: PdvPiece): PresentationContext {
    const context = this.#contexts.get(piece.presentationContextId)
    if (context !== undefined) return context
    throw new UlError('context-not-accepted', 'data on a presentation context that was not accepted', {
      details: { presentationContextId: piece.presentationContextId },
    })
  }

  #onCommand(context: PresentationContext, command: CommandSet): void {
    if ((command.commandField & responseBit) !== 0) this.#onResponse(context, command)
    else if (command.commandField === commandFields.cCancelRq) this.#onCancel(context, command)
    else this.#onRequest(context, command)
  }

  #onCancel(context: PresentationContext, command: CommandSet): void {
    this.#running.get(command.messageIdBeingRespondedTo ?? -1)?.cancel()
    if (command.hasDataSet) this.#expectDataSet(context, discardingReceiver)
  }

  #onRequest(context: PresentationContext, command: CommandSet): void {
    if (command.messageId === undefined) {
      throw new UlError('command-set-invalid', 'request without a message id', {
        details: { commandField: command.commandField },
      })
    }
    const request = command as Request
    if (this.#running.size >= this.#maxOperations) this.#deferred = { context, request }
    else this.#dispatch(context, request)
  }

  #expectDataSet(context: PresentationContext, receiver: MessageReceiver): void {
    this.#receiver = receiver
    this.#receiverContextId = context.id
    this.#dataSetBytes = 0
  }

  #onResponse(context: PresentationContext, command: CommandSet): void {
    if (!command.hasDataSet) {
      const wait = this.#own.deliver({ command }, this.#port.nowMs())
      if (wait !== undefined) this.#halt(wait)
      return
    }
    const awaited = this.#own.isAwaited(command)
    const collect = (dataSet: Uint8Array) => this.#own.deliver({ command, dataSet }, this.#port.nowMs())
    this.#expectDataSet(
      context,
      awaited ? new CollectingReceiver(this.#limits.maxCollectedDataSetBytes, collect) : discardingReceiver,
    )
  }

  #dispatch(context: PresentationContext, request: Request): void {
    const run = new OperationRun(request, context, this)
    if (this.#running.has(request.messageId)) {
      run.fail(new DimseFailure(dimseStatus.duplicateInvocation, 'Message ID is in use'))
    } else {
      this.#running.set(request.messageId, run)
      this.#begin(run)
    }
    if (request.hasDataSet) this.#expectDataSet(context, run)
    else run.end()
  }

  #begin(run: OperationRun): void {
    const { commandField } = run.request
    const ofField = this.#providers.filter((provider) => provider.commandField === commandField)
    const { abstractSyntaxUid } = run.presentationContext
    const provider = ofField.find((one) => one.abstractSyntaxUids?.has(abstractSyntaxUid) ?? true)
    if (provider !== undefined) run.begin(provider)
    else if (ofField.length === 0) {
      run.fail(new DimseFailure(dimseStatus.unrecognizedOperation, 'Unrecognized operation'))
    } else {
      run.fail(new DimseFailure(dimseStatus.sopClassNotSupported, 'SOP class not supported'))
    }
  }
}

function outOfOrder(problem: string, piece: PdvPiece): UlError {
  return new UlError('message-out-of-order', problem, {
    details: { presentationContextId: piece.presentationContextId },
  })
}
