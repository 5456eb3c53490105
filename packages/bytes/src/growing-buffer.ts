const minCapacityBytes = 256

/**
 * Bytes that arrive in pieces and are needed as one: a single buffer that doubles, so that the cost follows the bytes and
 * never the number of pieces they came in (one byte per PDV is legal). It takes no more than `maxBytes`.
 */
export class GrowingBuffer {
  readonly #maxBytes: number
  #bytes = new Uint8Array(0)
  #lengthBytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get lengthBytes(): number {
    return this.#lengthBytes
  }

  /** False, with nothing taken, when the piece does not fit. The piece is not referenced afterwards. */
  append(piece: Uint8Array): boolean {
    const lengthBytes = this.#lengthBytes + piece.length
    if (lengthBytes > this.#maxBytes) return false
    if (lengthBytes > this.#bytes.length) this.#grow(lengthBytes)
    this.#bytes.set(piece, this.#lengthBytes)
    this.#lengthBytes = lengthBytes
    return true
  }

  /** What was appended so far; good until the next `append` or `take`. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#lengthBytes)
  }

  /** Hands the bytes over and is empty again. */
  take(): Uint8Array {
    const taken = this.view()
    this.#bytes = new Uint8Array(0)
    this.#lengthBytes = 0
    return taken
  }

  #grow(lengthBytes: number): void {
    const doubled = Math.max(lengthBytes, this.#bytes.length * 2, minCapacityBytes)
    const grown = new Uint8Array(Math.min(doubled, this.#maxBytes))
    grown.set(this.view())
    this.#bytes = grown
  }
}
