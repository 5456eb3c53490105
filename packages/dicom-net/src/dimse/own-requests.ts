import type { UlError } from '../errors.ts'
import type { CommandSet } from './command-set.ts'
import type { DataSetSource } from './message-writer.ts'
import { dimseStatusClass } from './status.ts'

export interface DimseResponse {
  readonly command: CommandSet
  readonly dataSet?: Uint8Array
}

/** Called for every response before the final one; a promise stops reading until it settles. */
export type OnPending = (response: DimseResponse) => void | Promise<void>

/** A request of ours: message id and data set type are filled in. */
export interface OutgoingRequest {
  readonly contextId: number
  readonly command: Omit<CommandSet, 'messageId' | 'hasDataSet'>
  readonly dataSet?: DataSetSource
  readonly onPending?: OnPending
}

interface Awaiting {
  readonly onPending: OnPending | undefined
  readonly resolve: (response: DimseResponse) => void
  readonly reject: (error: UlError) => void
  /** When the last word on this request was said, by either side; undefined while it is still being sent. */
  sinceMs: number | undefined
}

const maxMessageId = 0xffff

/** Requests of ours that wait for their responses, by message id. */
export class OwnRequests {
  readonly #awaiting = new Map<number, Awaiting>()
  #lastMessageId = 0

  get size(): number {
    return this.#awaiting.size
  }

  /** Reserves a message id and waits for its final response. */
  add(onPending?: OnPending): { messageId: number; final: Promise<DimseResponse> } {
    do {
      this.#lastMessageId = (this.#lastMessageId % maxMessageId) + 1
    } while (this.#awaiting.has(this.#lastMessageId))
    const messageId = this.#lastMessageId
    const { promise, resolve, reject } = Promise.withResolvers<DimseResponse>()
    // A caller that fails while sending never awaits it.
    promise.catch(() => undefined)
    this.#awaiting.set(messageId, { onPending, resolve, reject, sinceMs: undefined })
    return { messageId, final: promise }
  }

  /** The request is sent: from now on its response may be late. */
  sent(messageId: number, nowMs: number): void {
    const awaiting = this.#awaiting.get(messageId)
    if (awaiting !== undefined) awaiting.sinceMs = nowMs
  }

  drop(messageId: number): void {
    this.#awaiting.delete(messageId)
  }

  isAwaited(response: CommandSet): boolean {
    return this.#awaiting.has(response.messageIdBeingRespondedTo ?? 0)
  }

  deliver(response: DimseResponse, nowMs: number): void | Promise<void> {
    const messageId = response.command.messageIdBeingRespondedTo ?? 0
    const awaiting = this.#awaiting.get(messageId)
    if (awaiting === undefined) return
    if (dimseStatusClass(response.command.status ?? 0) === 'pending') {
      awaiting.sinceMs = nowMs
      return awaiting.onPending?.(response)
    }
    this.#awaiting.delete(messageId)
    awaiting.resolve(response)
  }

  /** True when a response is later than `timeoutMs`. */
  isOverdue(nowMs: number, timeoutMs: number): boolean {
    for (const { sinceMs } of this.#awaiting.values()) {
      if (sinceMs !== undefined && nowMs - sinceMs > timeoutMs) return true
    }
    return false
  }

  failAll(error: UlError): void {
    for (const awaiting of this.#awaiting.values()) awaiting.reject(error)
    this.#awaiting.clear()
  }
}
