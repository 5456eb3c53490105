import { type CommandSet, responseBit } from './command-set.ts'
import type { MessageReceiver } from './message-receiver.ts'
import {
  DimseFailure,
  type DimseOutcome,
  type DimseProvider,
  type IncomingOperation,
  type OperationReceiver,
  type PresentationContext,
} from './operation.ts'
import { dimseStatus } from './status.ts'

export interface OperationRunPort {
  /** Never throws or rejects. A promise settles when the response was taken by the transport. */
  respond(presentationContextId: number, response: CommandSet, dataSet?: Uint8Array): void | Promise<void>
  /** The final response is on its way, or the operation is over without one. */
  finished(run: OperationRun): void
  /** A provider threw something that is not a `DimseFailure`: a fault of ours, for the log. */
  faulted(error: unknown): void
}

type RunState = 'receiving' | 'ending' | 'over'

/**
 * One request of the peer from its command set to its final response: receiving → ending → over. The provider's
 * faults stay here: a data set it failed on is read to its end and dropped, and the failure is the response.
 */
export class OperationRun implements MessageReceiver, IncomingOperation {
  readonly request: CommandSet
  readonly messageId: number
  readonly presentationContext: PresentationContext
  readonly #port: OperationRunPort
  #state: RunState = 'receiving'
  #receiver: OperationReceiver | undefined
  #failure: DimseOutcome | undefined
  #controller: AbortController | undefined

  constructor(
    request: CommandSet & { readonly messageId: number },
    presentationContext: PresentationContext,
    port: OperationRunPort,
  ) {
    this.request = request
    this.messageId = request.messageId
    this.presentationContext = presentationContext
    this.#port = port
  }

  /** Made on demand: stores, the many, do not need one. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#state === 'over') this.#controller.abort()
    return this.#controller.signal
  }

  begin(provider: DimseProvider): void {
    try {
      this.#receiver = provider.begin(this)
    } catch (error) {
      this.fail(error)
    }
  }

  /** From here on the data set is dropped and the operation answered with the failure. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = this.#outcomeOf(error)
    this.#abortReceiver('operation failed')
  }

  write(fragments: readonly Uint8Array[]): void | Promise<void> {
    if (this.#receiver === undefined) return
    try {
      return this.#receiver.write(fragments)?.catch((error: unknown) => this.fail(error))
    } catch (error) {
      this.fail(error)
    }
  }

  end(): void {
    if (this.#state !== 'receiving') return
    this.#state = 'ending'
    const receiver = this.#receiver
    if (receiver === undefined) {
      this.#finish(this.#failure ?? { status: dimseStatus.processingFailure })
      return
    }
    this.#receiver = undefined
    this.#endReceiver(receiver).then(
      (outcome) => this.#finish(outcome),
      (error: unknown) => this.#finish(this.#outcomeOf(error)),
    )
  }

  async respond(outcome: DimseOutcome): Promise<void> {
    if (this.#state === 'over') return
    await this.#port.respond(this.presentationContext.id, this.#responseFor(outcome), outcome.dataSet)
  }

  /** C-CANCEL-RQ: the provider decides what to make of it. */
  cancel(): void {
    this.#controller ??= new AbortController()
    this.#controller.abort()
  }

  /** The association is gone; an operation that is ending goes on, but nobody hears of it. */
  abort(reason: string): void {
    const wasReceiving = this.#state === 'receiving'
    this.#state = 'over'
    this.#controller?.abort()
    if (wasReceiving) this.#abortReceiver(reason)
  }

  async #endReceiver(receiver: OperationReceiver): Promise<DimseOutcome> {
    return receiver.end()
  }

  #abortReceiver(reason: string): void {
    const receiver = this.#receiver
    this.#receiver = undefined
    try {
      receiver?.abort(reason)
    } catch (error) {
      this.#port.faulted(error)
    }
  }

  #finish(outcome: DimseOutcome): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    const wait = this.#port.respond(this.presentationContext.id, this.#responseFor(outcome), outcome.dataSet)
    if (wait === undefined) this.#port.finished(this)
    else void wait.then(() => this.#port.finished(this))
  }

  #outcomeOf(error: unknown): DimseOutcome {
    if (error instanceof DimseFailure) {
      const { status, message, offendingElement } = error
      return { status, errorComment: message, ...(offendingElement === undefined ? {} : { offendingElement }) }
    }
    this.#port.faulted(error)
    return { status: dimseStatus.processingFailure, errorComment: 'Processing failure' }
  }

  #responseFor(outcome: DimseOutcome): CommandSet {
    const { request } = this
    const sopClassUid = request.affectedSopClassUid ?? request.requestedSopClassUid
    const sopInstanceUid = request.affectedSopInstanceUid ?? request.requestedSopInstanceUid
    return {
      commandField: request.commandField | responseBit,
      messageIdBeingRespondedTo: this.messageId,
      hasDataSet: outcome.dataSet !== undefined,
      status: outcome.status,
      ...(sopClassUid === undefined ? {} : { affectedSopClassUid: sopClassUid }),
      ...(sopInstanceUid === undefined ? {} : { affectedSopInstanceUid: sopInstanceUid }),
      ...(outcome.errorComment === undefined ? {} : { errorComment: outcome.errorComment }),
      ...(outcome.offendingElement === undefined ? {} : { offendingElement: outcome.offendingElement }),
      ...outcome.fields,
    }
  }
}
