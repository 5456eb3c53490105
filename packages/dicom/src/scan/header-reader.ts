import {
  decodeHeader,
  type ElementHeader,
  type HeaderEncoding,
  longHeaderBytes,
  looksExplicit,
  looksImplicit,
  shortHeaderBytes,
} from './element-header.ts'

type MutableEncoding = { -readonly [K in keyof HeaderEncoding]: HeaderEncoding[K] }

/** Reads headers that may lie across buffers. `header` is overwritten by every complete read. */
export class HeaderReader {
  readonly header: ElementHeader = { tag: 0, vr: '', length: 0, headerBytes: 0 }
  readonly #carry = new Uint8Array(longHeaderBytes)
  #carryLength = 0
  #first = true

  /** Bytes of a header that is not complete yet. */
  get pendingBytes(): number {
    return this.#carryLength
  }

  get pendingIsZero(): boolean {
    return this.#carry.subarray(0, this.#carryLength).every((byte) => byte === 0)
  }

  /** Returns how many bytes it took; `header.headerBytes` is 0 while more are needed, -1 for a VR that is none. */
  read(bytes: Uint8Array, at: number, encoding: MutableEncoding): number {
    const available = bytes.length - at
    if (this.#carryLength > 0 || available < longHeaderBytes) return this.#readSplit(bytes, at, encoding)
    this.#decode(bytes, at, available, encoding)
    return this.header.headerBytes
  }

  #readSplit(bytes: Uint8Array, at: number, encoding: MutableEncoding): number {
    let next = at
    this.header.headerBytes = 0
    while (next < bytes.length && this.header.headerBytes === 0) {
      this.#carry[this.#carryLength++] = bytes[next++] as number
      if (this.#carryLength === shortHeaderBytes || this.#carryLength === longHeaderBytes) {
        this.#decode(this.#carry, 0, this.#carryLength, encoding)
      }
    }
    if (this.header.headerBytes !== 0) this.#carryLength = 0
    return next - at
  }

  #decode(bytes: Uint8Array, at: number, available: number, encoding: MutableEncoding): void {
    if (this.#first) {
      correctEncoding(bytes, at, encoding)
      this.#first = false
    }
    decodeHeader(this.header, bytes, at, available, encoding)
  }
}

/** Some senders label implicit VR as explicit or the other way round; the first element of the data set tells. */
function correctEncoding(bytes: Uint8Array, at: number, encoding: MutableEncoding): void {
  if (encoding.bigEndian) return
  if (!encoding.explicit && looksExplicit(bytes, at)) encoding.explicit = true
  else if (encoding.explicit && looksImplicit(bytes, at)) encoding.explicit = false
}
