import type { AssociationEnd } from '../association/association-core.ts'
import type { DataSetSource } from '../dimse/message-writer.ts'
import type { PresentationContext } from '../dimse/operation.ts'
import type { DimseResponse, OutgoingRequest } from '../dimse/own-requests.ts'
import type { AssociateAccept } from '../pdu/pdu.ts'

export interface StoreRequest {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  /** The encoding of `dataSet`: it is sent as it is, never transcoded. */
  readonly transferSyntaxUid: string
  /** A chunk must stay unchanged until the next one is asked for. */
  readonly dataSet: DataSetSource
  /** 0 medium (default), 1 high, 2 low. */
  readonly priority?: number
  /** Called with the data set bytes handed to the transport so far. */
  readonly onProgress?: (sentBytes: number) => void
  readonly moveOriginatorAeTitle?: string
  readonly moveOriginatorMessageId?: number
}

export interface StoreResponse {
  readonly status: number
  readonly errorComment?: string
  readonly offendingElement?: readonly number[]
}

/** An established association of ours. Methods reject with `UlError` once it has ended. */
export interface RequestorAssociation {
  readonly accept: AssociateAccept
  readonly presentationContexts: readonly PresentationContext[]
  /** Operations we may have under way at once; further ones wait. 0: no limit. */
  readonly maxOperationsInvoked: number
  /** Resolves when the association is over, however it ended. */
  readonly ended: Promise<AssociationEnd>
  echo(): Promise<{ readonly status: number }>
  store(request: StoreRequest): Promise<StoreResponse>
  /** Any other request. Resolves with the final response; `onPending` gets those before it. */
  invoke(o: OutgoingRequest): Promise<DimseResponse>
  findContext(abstractSyntaxUid: string, transferSyntaxUid?: string): PresentationContext | undefined
  /** Waits for what is under way, then releases. */
  release(): Promise<void>
  abort(): void
}
