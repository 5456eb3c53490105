import { UlError } from '../errors.ts'

/** Reads big endian fields of a PDU body. Throws `pdu-invalid` with the offset when a field reaches past the end. */
export class ItemCursor {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  /** Offset of `bytes[0]` in the PDU, for messages. */
  readonly #base: number
  offset = 0

  constructor(bytes: Uint8Array, base: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#base = base
  }

  get remaining(): number {
    return this.#bytes.length - this.offset
  }

  u8(): number {
    this.#need(1)
    return this.#view.getUint8(this.offset++)
  }

  u16(): number {
    this.#need(2)
    const value = this.#view.getUint16(this.offset)
    this.offset += 2
    return value
  }

  u32(): number {
    this.#need(4)
    const value = this.#view.getUint32(this.offset)
    this.offset += 4
    return value
  }

  skip(length: number): void {
    this.#need(length)
    this.offset += length
  }

  bytes(length: number): Uint8Array {
    this.#need(length)
    const start = this.offset
    this.offset += length
    return this.#bytes.subarray(start, this.offset)
  }

  /** ISO 646 text without the spaces and zero bytes around it. */
  text(length: number): string {
    return asciiText(this.bytes(length))
  }

  /** Type, reserved byte, 16-bit length and a cursor over the body: the shape of every item (PS3.8 9.3.2.1). */
  item(): { type: number; body: ItemCursor } {
    const type = this.u8()
    this.skip(1)
    const length = this.u16()
    const base = this.#base + this.offset
    return { type, body: new ItemCursor(this.bytes(length), base) }
  }

  fail(problem: string): UlError {
    return new UlError('pdu-invalid', problem, { details: { offset: this.#base + this.offset } })
  }

  #need(length: number): void {
    if (length > this.remaining) throw this.fail('a field reaches past the end of its item')
  }
}

/** Decodes ISO 646 text; spaces and zero bytes around it are padding (PS3.8 9.3.2, PS3.5 9.1). */
export function asciiText(bytes: Uint8Array): string {
  let start = 0
  let end = bytes.length
  while (start < end && bytes[start] === 0x20) start++
  while (end > start && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0)) end--
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}
