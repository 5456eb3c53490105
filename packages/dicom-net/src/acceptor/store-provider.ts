import { type CommandSet, commandFields } from '../dimse/command-set.ts'
import {
  DimseFailure,
  type DimseOutcome,
  type DimseProvider,
  type IncomingOperation,
  type OperationReceiver,
} from '../dimse/operation.ts'
import { dimseStatus, dimseStatusClass } from '../dimse/status.ts'
import { verificationSopClassUid } from '../upper-layer/negotiation.ts'
import type { AcceptedAssociation, AcceptorHost, CStoreRq, StoreSink } from './host.ts'

export interface StoreCounts {
  stores: number
  failures: number
  bytes: number
}

/** C-ECHO (PS3.7 9.1.5), on whatever presentation context it comes: refusing it would help nobody. */
export const echoProvider: DimseProvider = {
  commandField: commandFields.cEchoRq,
  begin: () => ({ write: () => undefined, end: async () => ({ status: dimseStatus.success }), abort: () => undefined }),
}

/** C-STORE (PS3.7 9.1.1) of one association, handed to the host's sinks and counted. */
export class StoreProvider implements DimseProvider {
  #ending = 0
  #onSettled: (() => void) | undefined
  readonly commandField = commandFields.cStoreRq
  readonly counts: StoreCounts = { stores: 0, failures: 0, bytes: 0 }
  readonly #host: AcceptorHost
  readonly #association: AcceptedAssociation

  constructor(host: AcceptorHost, association: AcceptedAssociation) {
    this.#host = host
    this.#association = association
  }

  begin(operation: IncomingOperation): OperationReceiver {
    try {
      const request = storeRequestOf(operation)
      const sink = this.#host.beginStore(this.#association, request, operation.presentationContext)
      return new CountedStore(sink, this)
    } catch (error) {
      this.counts.failures++
      throw error
    }
  }

  /** Instances received whole whose sinks have not said yet what became of them. */
  get ending(): number {
    return this.#ending
  }

  /** Resolves when `ending` is 0. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#onSettled = resolve
    })
  }

  async end(sink: StoreSink): Promise<DimseOutcome> {
    this.#ending++
    try {
      const outcome = await sink.end()
      if (dimseStatusClass(outcome.status) === 'failure') this.counts.failures++
      else this.counts.stores++
      return outcome
    } catch (error) {
      this.counts.failures++
      throw error
    } finally {
      this.#ending--
      if (this.#ending === 0) this.#onSettled?.()
    }
  }
}

function storeRequestOf(operation: IncomingOperation): CStoreRq {
  const { request, messageId, presentationContext } = operation
  if (presentationContext.abstractSyntaxUid === verificationSopClassUid) {
    throw new DimseFailure(dimseStatus.sopClassNotSupported, 'C-STORE on a Verification context')
  }
  const { affectedSopClassUid, affectedSopInstanceUid } = request
  if (affectedSopClassUid === undefined || affectedSopInstanceUid === undefined) {
    throw new DimseFailure(dimseStatus.mistypedArgument, 'Affected SOP Class or Instance UID is missing', {
      offendingElement: [affectedSopClassUid === undefined ? 0x00000002 : 0x00001000],
    })
  }
  if (!request.hasDataSet) throw new DimseFailure(dimseStatus.cannotUnderstand, 'C-STORE without a data set')
  return {
    messageId,
    affectedSopClassUid,
    affectedSopInstanceUid,
    priority: request.priority ?? 0,
    ...originOf(request),
  }
}

/** Both present when the store is a sub-operation of somebody's C-MOVE (PS3.7 9.1.1.1). */
function originOf(request: CommandSet): Partial<CStoreRq> {
  const { moveOriginatorApplicationEntityTitle, moveOriginatorMessageId } = request
  return {
    ...(moveOriginatorApplicationEntityTitle === undefined ? {} : { moveOriginatorApplicationEntityTitle }),
    ...(moveOriginatorMessageId === undefined ? {} : { moveOriginatorMessageId }),
  }
}

class CountedStore implements OperationReceiver {
  readonly #sink: StoreSink
  readonly #provider: StoreProvider

  constructor(sink: StoreSink, provider: StoreProvider) {
    this.#sink = sink
    this.#provider = provider
  }

  write(fragments: readonly Uint8Array[]): void | Promise<void> {
    for (const fragment of fragments) this.#provider.counts.bytes += fragment.length
    return this.#sink.write(fragments)
  }

  end(): Promise<DimseOutcome> {
    return this.#provider.end(this.#sink)
  }

  abort(reason: string): void {
    this.#provider.counts.failures++
    this.#sink.abort(reason)
  }
}
