import { GrowingBuffer } from '@vna/bytes'
import { Hl7Error } from './hl7-error.ts'

const startBlock = 0x0b
const endBlock = 0x1c
const carriageReturn = 0x0d
const lineFeed = 0x0a

export interface MllpLimits {
  readonly maxMessageBytes: number
  /** Bytes between two messages: some senders put line ends or blanks there, none puts much. */
  readonly maxBytesBetweenMessages: number
}

const kiB = 1024
const miB = 1024 * kiB

const mllpLimits: MllpLimits = { maxMessageBytes: 64 * miB, maxBytesBetweenMessages: 1024 }

/**
 * Takes messages out of a byte stream: 0x0B, message, 0x1C 0x0D (Minimal Lower Layer Protocol, release 1). Sans-I/O;
 * the result does not depend on how the stream is cut. Once it has thrown, the stream has no meaning any more and every
 * further push throws alike: the connection is to be closed.
 *
 * States: between (waits for 0x0B) → inside (collects) → ending (saw 0x1C) → between.
 */
export class MllpDecoder {
  readonly #limits: MllpLimits
  #state: 'between' | 'inside' | 'ending' = 'between'
  readonly #held: GrowingBuffer
  #skipped = 0
  #failure: Hl7Error | undefined

  constructor(limits: Partial<MllpLimits> = {}) {
    this.#limits = { ...mllpLimits, ...limits }
    this.#held = new GrowingBuffer(this.#limits.maxMessageBytes)
  }

  /** Whether a message has begun and not ended: what a timer of the connection wants to know. */
  get isInsideMessage(): boolean {
    return this.#state !== 'between'
  }

  /** Bytes held of a message that has not ended. */
  get pendingBytes(): number {
    return this.#held.lengthBytes
  }

  /** Whole messages: the bytes given may be reused. */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    if (this.#failure) throw this.#failure
    try {
      return this.#take(bytes)
    } catch (error) {
      this.#held.take()
      if (error instanceof Hl7Error) this.#failure = error
      throw error
    }
  }

  /** The stream has ended. Throws when that cuts a message. */
  end(): void {
    if (this.#failure) throw this.#failure
    if (this.isInsideMessage) throw new Hl7Error('framing', { where: 'MLLP', offset: this.#held.lengthBytes })
  }

  #take(bytes: Uint8Array): readonly Uint8Array[] {
    const messages: Uint8Array[] = []
    let at = 0
    while (at < bytes.length) {
      if (this.#state === 'between') at = this.#seekStart(bytes, at)
      else if (this.#state === 'inside') at = this.#collect(bytes, at)
      else at = this.#finish(bytes, at, messages)
    }
    return messages
  }

  #seekStart(bytes: Uint8Array, from: number): number {
    const found = bytes.indexOf(startBlock, from)
    const end = found < 0 ? bytes.length : found
    this.#skipped += end - from
    const limit = this.#limits.maxBytesBetweenMessages
    if (this.#skipped > limit) throw new Hl7Error('framing', { where: 'MLLP', limit })
    if (found < 0) return end
    this.#skipped = 0
    this.#state = 'inside'
    return found + 1
  }

  #collect(bytes: Uint8Array, from: number): number {
    const found = bytes.indexOf(endBlock, from)
    const end = found < 0 ? bytes.length : found
    this.#append(bytes.subarray(from, end))
    if (found < 0) return end
    this.#state = 'ending'
    return found + 1
  }

  /** 0x1C ends a message only with 0x0D behind it; some senders put 0x0A. Alone it is part of the message. */
  #finish(bytes: Uint8Array, at: number, messages: Uint8Array[]): number {
    if (bytes[at] !== carriageReturn && bytes[at] !== lineFeed) {
      this.#append(Uint8Array.of(endBlock))
      this.#state = 'inside'
      return at
    }
    messages.push(this.#held.take().slice())
    this.#state = 'between'
    return at + 1
  }

  #append(part: Uint8Array): void {
    const limit = this.#limits.maxMessageBytes
    if (!this.#held.append(part)) throw new Hl7Error('too-large', { where: 'MLLP', limit })
  }
}

export function encodeMllp(message: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(startBlock), message, Uint8Array.of(endBlock, carriageReturn)])
}
