import { FragmentList } from './fragment-list.ts'
import type { ByteRange, PixelDataLayout, ScannedElement } from './scan-result.ts'

export const pixelDataTag = 0x7fe00010
const extendedOffsetTableTag = 0x7fe00001
const extendedOffsetTableLengthsTag = 0x7fe00002

/** Pixel Data, Float Pixel Data, Double Float Pixel Data: at top level never captured. */
export function isPixelDataTag(tag: number): boolean {
  return tag === pixelDataTag || tag === 0x7fe00008 || tag === 0x7fe00009
}

export function isOffsetTableTag(tag: number): boolean {
  return tag === extendedOffsetTableTag || tag === extendedOffsetTableLengthsTag
}

/** Start markers of a code stream: JPEG, JPEG-LS and JPEG XL bare begin FF D8 FF or FF 0A, JPEG 2000 FF 4F FF 51. */
function isCodestreamStart(firstBytes: number): boolean {
  return firstBytes >>> 8 === 0xffd8ff || firstBytes >>> 0 === 0xff4fff51 || firstBytes >>> 16 === 0xff0a
}

const peekedBytes = 4

/** Collects where top-level pixel data lies, and looks at the first four bytes of each fragment. */
export class PixelDataRecorder {
  #element: ScannedElement | undefined
  #fragments: FragmentList | undefined
  #basicOffsetTable: Uint32Array | undefined
  #fragment: ByteRange = { offset: 0, length: 0 }
  #peeked = 0
  #left = 0

  /** The first pixel data element counts. */
  begin(element: ScannedElement, encapsulated: boolean): void {
    if (this.#element) return
    this.#element = element
    this.#fragments = encapsulated ? new FragmentList() : undefined
  }

  records(element: ScannedElement | undefined): boolean {
    return element !== undefined && element === this.#element
  }

  addOffsetTable(table: Uint8Array): void {
    this.#basicOffsetTable = uint32Values(table)
  }

  beginFragment(offset: number, length: number): void {
    this.#fragment = { offset, length }
    this.#peeked = 0
    this.#left = Math.min(peekedBytes, length)
    if (this.#left === 0) this.#addFragment()
  }

  /** The next bytes must come through `peek`. */
  get peeking(): boolean {
    return this.#left > 0
  }

  /** Returns how many bytes it looked at. */
  peek(bytes: Uint8Array, at: number): number {
    const count = Math.min(this.#left, bytes.length - at)
    for (let i = 0; i < count; i++) this.#peeked = ((this.#peeked << 8) | (bytes[at + i] as number)) >>> 0
    this.#left -= count
    if (this.#left === 0) this.#addFragment()
    return count
  }

  #addFragment(): void {
    const { offset, length } = this.#fragment
    this.#fragments?.add(offset, length, length >= peekedBytes && isCodestreamStart(this.#peeked))
  }

  /** `elements`: the top level, where the extended offset table stands before the pixel data (PS3.3 C.7.6.3). */
  layout(elements: readonly ScannedElement[]): PixelDataLayout | undefined {
    const element = this.#element
    if (!element) return undefined
    return {
      tag: element.tag,
      vr: element.vr,
      offset: element.offset,
      length: element.length,
      encapsulated: this.#fragments !== undefined,
      fragments: this.#fragments?.fragments(),
      basicOffsetTable: this.#fragments && this.#basicOffsetTable,
      extendedOffsetTable: uint64ValuesOf(elements, extendedOffsetTableTag),
      extendedOffsetTableLengths: uint64ValuesOf(elements, extendedOffsetTableLengthsTag),
    }
  }
}

function uint32Values(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return new Uint32Array(Math.floor(bytes.length / 4)).map((_, i) => view.getUint32(i * 4, true))
}

function uint64ValuesOf(elements: readonly ScannedElement[], tag: number): Float64Array | undefined {
  const value = elements.find((element) => element.tag === tag)?.value
  if (!value || value.length === 0) return undefined
  const view = new DataView(value.buffer, value.byteOffset, value.length)
  return new Float64Array(Math.floor(value.length / 8)).map((_, i) => Number(view.getBigUint64(i * 8, true)))
}
