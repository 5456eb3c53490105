import { UlError } from '../errors.ts'

const maxItemLengthBytes = 0xffff

/** Collects big endian fields of a PDU or an item. */
export class ItemWriter {
  readonly #parts: Uint8Array[] = []
  #lengthBytes = 0

  get lengthBytes(): number {
    return this.#lengthBytes
  }

  u8(value: number): this {
    return this.bytes(Uint8Array.of(value & 0xff))
  }

  u16(value: number): this {
    return this.bytes(Uint8Array.of((value >>> 8) & 0xff, value & 0xff))
  }

  u32(value: number): this {
    const bytes = Buffer.allocUnsafe(4)
    bytes.writeUInt32BE(value)
    return this.bytes(bytes)
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value, 'latin1'))
  }

  bytes(value: Uint8Array): this {
    this.#parts.push(value)
    this.#lengthBytes += value.length
    return this
  }

  zeros(length: number): this {
    return this.bytes(new Uint8Array(length))
  }

  /** Type, reserved byte, 16-bit length, body. Throws `invalid-argument` when the body does not fit. */
  item(type: number, body: ItemWriter): this {
    if (body.lengthBytes > maxItemLengthBytes) {
      throw new UlError('invalid-argument', 'item is longer than 65535 bytes', { details: { itemType: type } })
    }
    return this.u8(type).u8(0).u16(body.lengthBytes).bytes(body.finish())
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts, this.#lengthBytes)
  }
}
