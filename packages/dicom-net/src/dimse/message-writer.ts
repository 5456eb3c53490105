import { UlError } from '../errors.ts'
import { type PdvHeader, pdataHeaderBytes, writePDataHeader } from '../pdu/encode-pdu.ts'
import { pdvHeaderBytes } from '../pdu/pdu.ts'
import { type CommandSet, encodeCommandSet } from './command-set.ts'

export type DataSetSource = Uint8Array | AsyncIterable<Uint8Array>

/** Writes the parts in one system call where it can. A promise settles when more may be written. */
export type SendParts = (parts: readonly Uint8Array[]) => void | Promise<void>

/** Bytes handed to the transport at once. */
const targetBatchBytes = 512 * 1024

export interface MessageWriterOptions {
  readonly peerMaxPduLengthBytes: number
  readonly maxSentPduLengthBytes: number
  readonly send: SendParts
  /** A message was begun and cannot be completed: the association is of no use any more. */
  readonly onBroken: (error: UlError) => void
}

/**
 * Cuts outgoing messages into P-DATA-TF PDUs of one PDV each and keeps messages apart: fragments of two messages never
 * mix (PS3.8 Annex E.1). Bytes go out as given, never copied but for the tail of a chunk of unknown end.
 */
export class MessageWriter {
  readonly #send: SendParts
  /** Even, as fragments should be. */
  readonly #maxFragmentBytes: number
  #tail: Promise<void> = Promise.resolve()
  #busy = 0
  readonly #onBroken: (error: UlError) => void
  /** The message being sent has bytes under way: it can only be completed. */
  #begun = false

  constructor(o: MessageWriterOptions) {
    const peerMax = o.peerMaxPduLengthBytes === 0 ? o.maxSentPduLengthBytes : o.peerMaxPduLengthBytes
    const pduBytes = Math.min(peerMax, o.maxSentPduLengthBytes)
    this.#maxFragmentBytes = Math.max(2, (pduBytes - pdvHeaderBytes) & ~1)
    this.#send = (parts) => {
      this.#begun = true
      return o.send(parts)
    }
    this.#onBroken = o.onBroken
  }

  /** Sends one message. Resolves when its last byte was taken by the transport. */
  send(presentationContextId: number, command: CommandSet, dataSet?: DataSetSource): void | Promise<void> {
    if (this.#busy === 0 && dataSet === undefined) return this.#send(this.#commandParts(presentationContextId, command))
    this.#busy++
    const turn = this.#tail.then(() => this.#sendMessage(presentationContextId, command, dataSet))
    this.#tail = turn.then(this.#leave, this.#leave)
    return turn
  }

  readonly #leave = (): void => {
    this.#busy--
  }

  async #sendMessage(contextId: number, command: CommandSet, dataSet: DataSetSource | undefined): Promise<void> {
    const parts = this.#commandParts(contextId, command)
    if (dataSet === undefined) return void (await this.#send(parts))
    if (dataSet instanceof Uint8Array) return this.#sendWhole(contextId, parts, dataSet)
    this.#begun = false
    try {
      await this.#sendStream(contextId, parts, dataSet)
    } catch (cause) {
      if (cause instanceof UlError) throw cause
      const error = new UlError('source-failed', 'the data set could not be read to its end', { cause })
      if (this.#begun) this.#onBroken(error)
      throw error
    }
  }

  /** A command set almost always fits one fragment; then header and body are one buffer. */
  #commandParts(presentationContextId: number, command: CommandSet): Uint8Array[] {
    const encoded = encodeCommandSet(command, pdataHeaderBytes)
    const lengthBytes = encoded.length - pdataHeaderBytes
    if (lengthBytes <= this.#maxFragmentBytes) {
      writePDataHeader(encoded, { presentationContextId, isCommand: true, isLast: true }, lengthBytes)
      return [encoded]
    }
    const parts: Uint8Array[] = []
    this.#cut(encoded.subarray(pdataHeaderBytes), { presentationContextId, isCommand: true, isLast: true }, parts)
    return parts
  }

  /** Appends the PDUs of `bytes` to `parts`; `isLast` holds for the final fragment alone. */
  #cut(bytes: Uint8Array, header: PdvHeader, parts: Uint8Array[]): void {
    let at = 0
    do {
      const end = Math.min(at + this.#maxFragmentBytes, bytes.length)
      parts.push(pdataHeader({ ...header, isLast: header.isLast && end === bytes.length }, end - at))
      if (end > at) parts.push(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end))
      at = end
    } while (at < bytes.length)
  }

  async #sendWhole(presentationContextId: number, first: Uint8Array[], dataSet: Uint8Array): Promise<void> {
    const batchBytes = Math.max(1, Math.floor(targetBatchBytes / this.#maxFragmentBytes)) * this.#maxFragmentBytes
    let parts = first
    let at = 0
    do {
      const end = Math.min(at + batchBytes, dataSet.length)
      const isLast = end === dataSet.length
      this.#cut(dataSet.subarray(at, end), { presentationContextId, isCommand: false, isLast }, parts)
      const wait = this.#send(parts)
      if (wait !== undefined) await wait
      parts = []
      at = end
    } while (at < dataSet.length)
  }

  /**
   * The last fragment must carry the last bit, and the end shows only after the last chunk: so up to one fragment is
   * held back, as a copy, since a chunk may be reused by its producer once the next one is asked for.
   */
  async #sendStream(
    presentationContextId: number,
    first: Uint8Array[],
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const header = { presentationContextId, isCommand: false, isLast: false }
    let parts = first
    let held = Buffer.alloc(0)
    for await (const chunk of chunks) {
      let at = 0
      if (held.length + chunk.length > this.#maxFragmentBytes) {
        if (held.length > 0) {
          at = this.#maxFragmentBytes - held.length
          parts.push(pdataHeader(header, this.#maxFragmentBytes), held)
          if (at > 0) parts.push(chunk.subarray(0, at))
          held = Buffer.alloc(0)
        }
        const keep =
          chunk.length - at > this.#maxFragmentBytes
            ? heldBack(chunk.length - at, this.#maxFragmentBytes)
            : chunk.length - at
        if (chunk.length - at > keep) this.#cut(chunk.subarray(at, chunk.length - keep), header, parts)
        at = chunk.length - keep
        const wait = this.#send(parts)
        if (wait !== undefined) await wait
        parts = []
      }
      held = Buffer.concat([held, chunk.subarray(at)])
    }
    this.#cut(held, { ...header, isLast: true }, parts)
    await this.#send(parts)
  }
}

/** What remains after cutting whole fragments, but never nothing. */
function heldBack(lengthBytes: number, fragmentBytes: number): number {
  return lengthBytes % fragmentBytes || fragmentBytes
}

function pdataHeader(header: PdvHeader, fragmentBytes: number): Buffer {
  const target = Buffer.allocUnsafe(pdataHeaderBytes)
  writePDataHeader(target, header, fragmentBytes)
  return target
}
