import type { CommandSet } from './command-set.ts'

/** An accepted presentation context of an association. */
export interface PresentationContext {
  readonly id: number
  readonly abstractSyntaxUid: string
  readonly transferSyntaxUid: string
}

export interface DimseOutcome {
  readonly status: number
  readonly errorComment?: string
  readonly offendingElement?: readonly number[]
  /** Further fields of the response command set, such as the sub-operation counts. */
  readonly fields?: Partial<CommandSet>
  /** Data set of the response, encoded in the presentation context's transfer syntax. */
  readonly dataSet?: Uint8Array
}

/** Receives the data set of one request. Never called after `end` or `abort`. */
export interface OperationReceiver {
  /** All fragments of one socket read, in order; valid only until it returns. A promise stops reading until it settles. */
  write(fragments: readonly Uint8Array[]): void | Promise<void>
  /** The data set is complete, or there is none. What it resolves to is the final response. */
  end(): Promise<DimseOutcome>
  /** The association ended, or the operation failed, before `end`. */
  abort(reason: string): void
}

/** One request under way, as its provider sees it. */
export interface IncomingOperation {
  readonly request: CommandSet
  readonly messageId: number
  readonly presentationContext: PresentationContext
  /** Aborted by C-CANCEL-RQ and by the end of the association. */
  readonly signal: AbortSignal
  /** Sends a response before the final one (status pending). Resolves when the peer may be sent more. */
  respond(outcome: DimseOutcome): Promise<void>
}

/** Carries out one kind of request, C-STORE as well as C-FIND or N-ACTION. */
export interface DimseProvider {
  readonly commandField: number
  /** SOP classes it answers for; absent: all. */
  readonly abstractSyntaxUids?: ReadonlySet<string>
  /** Called with the command set alone. May throw `DimseFailure`: the data set is then read and dropped. */
  begin(operation: IncomingOperation): OperationReceiver
}

/** Thrown by a provider or sink to answer with a status of its choice. The comment reaches the peer: no patient data. */
export class DimseFailure extends Error {
  readonly status: number
  readonly offendingElement: readonly number[] | undefined

  constructor(status: number, comment: string, o: { offendingElement?: readonly number[]; cause?: unknown } = {}) {
    super(comment, o.cause === undefined ? undefined : { cause: o.cause })
    this.name = 'DimseFailure'
    this.status = status
    this.offendingElement = o.offendingElement
  }
}
