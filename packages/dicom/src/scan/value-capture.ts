const arenaBytes = 16 * 1024
const firstArenaBytes = 2 * 1024
const maxArenaValueBytes = 1024
const firstCapacityBytes = 256
const nothing = Buffer.alloc(0)

/**
 * Copies values out of buffers that are only lent. Small ones share an arena: one allocation for many values. The
 * copies are Buffers, because Node turns those into text without making another view (a third of the cost of a scan).
 */
export class ValueCapture {
  #arena = nothing
  #used = 0
  #growing = nothing
  #length = 0

  copy(bytes: Uint8Array, from: number, to: number): Uint8Array {
    const length = to - from
    if (length === 0) return nothing
    // Not bytes.slice: of a Buffer that is a view.
    if (length > maxArenaValueBytes) return Buffer.from(bytes.subarray(from, to))
    if (this.#used + length > this.#arena.length) {
      this.#arena = Buffer.alloc(this.#arena.length === 0 ? firstArenaBytes : arenaBytes)
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
      const larger = Buffer.alloc(Math.max(firstCapacityBytes, 2 * length))
      larger.set(this.#growing.subarray(0, this.#length))
      this.#growing = larger
    }
    this.#growing.set(bytes.subarray(from, to), this.#length)
    this.#length = length
  }

  /** The value whose last part was appended. */
  finish(): Uint8Array {
    const value = this.copy(this.#growing, 0, this.#length)
    this.#growing = nothing
    this.#length = 0
    return value
  }
}
