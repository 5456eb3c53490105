import { GrowingBuffer } from '@vna/bytes'
import { UlError } from '../errors.ts'

/** What takes the data set of the message being received. Neither method throws or rejects for its user's faults. */
export interface MessageReceiver {
  write(fragments: readonly Uint8Array[]): void | Promise<void>
  /** The data set is complete. A promise stops reading until it settles. */
  end(): void | Promise<void>
  abort(reason: string): void
}

/** Drops a data set nobody wants, so that the stream stays in step. */
export const discardingReceiver: MessageReceiver = {
  write: () => undefined,
  end: () => undefined,
  abort: () => undefined,
}

/** Collects a bounded data set: a response or an identifier, never a stored instance. */
export class CollectingReceiver implements MessageReceiver {
  readonly #maxBytes: number
  readonly #onEnd: (dataSet: Uint8Array) => void | Promise<void>
  readonly #held: GrowingBuffer

  constructor(maxBytes: number, onEnd: (dataSet: Uint8Array) => void | Promise<void>) {
    this.#maxBytes = maxBytes
    this.#held = new GrowingBuffer(maxBytes)
    this.#onEnd = onEnd
  }

  write(fragments: readonly Uint8Array[]): void {
    for (const fragment of fragments) {
      if (!this.#held.append(fragment)) {
        throw new UlError('data-set-too-long', 'data set is longer than may be held in memory', {
          details: { maxCollectedDataSetBytes: this.#maxBytes },
        })
      }
    }
  }

  end(): void | Promise<void> {
    return this.#onEnd(this.#held.take())
  }

  abort(): void {
    this.#held.take()
  }
}
