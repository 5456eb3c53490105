const arenaBytes = 16 * 1024
const maxArenaValueBytes = 1024
const firstCapacityBytes = 256

/** Copies values out of buffers that are only lent. Small ones share an arena: one allocation for many values. */
export class ValueCapture {
  #arena = new Uint8Array(0)
  #used = 0
  #growing = new Uint8Array(0)
  #length = 0

  copy(bytes: Uint8Array, from: number, to: number): Uint8Array {
    const length = to - from
    // Not bytes.slice: of a Buffer that is a view.
    if (length > maxArenaValueBytes) return new Uint8Array(bytes.subarray(from, to))
    if (this.#used + length > this.#arena.length) {
      this.#arena = new Uint8Array(arenaBytes)
      this.#used = 0
    }
    const arena = this.#arena
    const start = this.#used
    for (let i = 0; i < length; i++) arena[start + i] = bytes[from + i] as number
    this.#used = start + length
    return arena.subarray(start, start + length)
  }

  /** A part of a value that arrives in several buffers. Doubling follows what arrived, not what was declared. */
  append(bytes: Uint8Array, from: number, to: number): void {
    const length = this.#length + to - from
    if (length > this.#growing.length) {
      const larger = new Uint8Array(Math.max(firstCapacityBytes, 2 * length))
      larger.set(this.#growing.subarray(0, this.#length))
      this.#growing = larger
    }
    this.#growing.set(bytes.subarray(from, to), this.#length)
    this.#length = length
  }

  /** The value whose last part was appended. */
  finish(): Uint8Array {
    const value = this.#growing.slice(0, this.#length)
    this.#growing = new Uint8Array(0)
    this.#length = 0
    return value
  }
}
