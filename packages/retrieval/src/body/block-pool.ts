/** Keeps buffers of one size for the answers that stream: allocating 1 MiB each time costs more than reading into it. */
export class BlockPool {
  readonly blockBytes: number
  readonly #maxKept: number
  readonly #kept: Buffer[] = []

  constructor(o: { blockBytes: number; maxKept: number }) {
    this.blockBytes = o.blockBytes
    this.#maxKept = o.maxKept
  }

  take(): Buffer {
    return this.#kept.pop() ?? Buffer.allocUnsafeSlow(this.blockBytes)
  }

  giveBack(block: Buffer): void {
    if (this.#kept.length < this.#maxKept) this.#kept.push(block)
  }
}
