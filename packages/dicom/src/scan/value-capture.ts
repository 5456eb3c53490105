const arenaBytes = 16 * 1024
const maxArenaValueBytes = 1024

/** Copies values out of buffers that are only lent. Small ones share an arena: one allocation for many values. */
export class ValueCapture {
  #arena = new Uint8Array(0)
  #used = 0
  #parts: Uint8Array[] = []

  copy(bytes: Uint8Array, from: number, to: number): Uint8Array {
    const length = to - from
    if (length > maxArenaValueBytes) return bytes.slice(from, to)
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

  /** A part of a value that arrives in several buffers; memory follows what arrived, not what was declared. */
  append(bytes: Uint8Array, from: number, to: number): void {
    this.#parts.push(bytes.slice(from, to))
  }

  finish(): Uint8Array {
    const parts = this.#parts
    this.#parts = []
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    const value = new Uint8Array(length)
    let at = 0
    for (const part of parts) {
      value.set(part, at)
      at += part.length
    }
    return value
  }
}
