const blockBytes = 16 * 1024
/** Shorter pieces are copied together, longer ones pass as views: a header apart costs more than its copy. */
const copyBelowBytes = 2 * 1024

/** Collects the output of one push: few buffers, in order, big values without a copy. */
export class OutputQueue {
  #pieces: Uint8Array[] = []
  #block: Buffer = Buffer.alloc(0)
  #used = 0

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    if (bytes.length >= copyBelowBytes) {
      this.#endBlock()
      this.#pieces.push(bytes)
      return
    }
    if (this.#used + bytes.length > this.#block.length) {
      this.#endBlock()
      this.#block = Buffer.allocUnsafe(blockBytes)
    }
    this.#block.set(bytes, this.#used)
    this.#used += bytes.length
  }

  take(): readonly Uint8Array[] {
    this.#endBlock()
    const pieces = this.#pieces
    this.#pieces = []
    return pieces
  }

  /** The block's rest stays usable, but never the bytes handed out. */
  #endBlock(): void {
    if (this.#used === 0) return
    this.#pieces.push(this.#block.subarray(0, this.#used))
    this.#block = this.#block.subarray(this.#used)
    this.#used = 0
  }
}
