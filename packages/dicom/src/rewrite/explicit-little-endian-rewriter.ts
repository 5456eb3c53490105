import { DicomError } from '../errors.ts'
import { encodeTagAndLength } from '../write/encode-header.ts'
import {
  decodeSourceHeader,
  encodeExplicitHeader,
  item,
  itemDelimitation,
  pixelRepresentation,
  type SourceEncoding,
  type SourceHeader,
  sequenceDelimitation,
  swapUnitOf,
  undefinedLength,
} from './element-encoding.ts'
import { OutputQueue } from './output-queue.ts'

export interface RewriteLimits {
  readonly maxDepth: number
}
const rewriteLimits: RewriteLimits = { maxDepth: 64 }

/** An open sequence or item. `end` is its end in the source, `undefined` when a delimiter in the source ends it. */
interface Container {
  readonly kind: 'sequence' | 'item'
  readonly end: number | undefined
  hasSignedPixels: boolean
}

const minHeaderBytes = 8

/**
 * Push transformer from Implicit VR Little Endian or Explicit VR Big Endian to Explicit VR Little Endian, in constant
 * memory. From implicit, sequences and items get undefined lengths, since headers grow, and group lengths are dropped
 * (they would be wrong); from big endian all lengths stay. Throws DicomError `transcoding-failed` with the byte offset.
 */
export class ExplicitLittleEndianRewriter {
  readonly #source: SourceEncoding
  readonly #limits: RewriteLimits
  readonly #containers: Container[] = []
  readonly #output = new OutputQueue()
  #offset = 0
  #carry: Buffer = Buffer.alloc(0)
  /** The element whose value is being passed on. */
  #element: { readonly tag: number; readonly unitBytes: number; readonly isDropped: boolean } | undefined
  #remainingBytes = 0
  #hasSignedPixels = false

  constructor(o: { source: SourceEncoding; limits?: Partial<RewriteLimits> }) {
    this.#source = o.source
    this.#limits = { ...rewriteLimits, ...o.limits }
  }

  /** Views of `chunk` may be among the result: use them before the next push. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    if (this.#carry.length > 0) bytes = Buffer.concat([this.#carry, bytes])
    let at = 0
    while (at < bytes.length) {
      const used = this.#remainingBytes > 0 ? this.#passValue(bytes, at) : this.#readHeader(bytes.subarray(at, at + 12))
      if (used === 0) break
      at += used
      this.#offset += used
      if (this.#remainingBytes === 0) this.#closeFinished()
    }
    this.#carry = Buffer.from(bytes.subarray(at))
    return this.#output.take()
  }

  end(): readonly Uint8Array[] {
    const isInside = this.#remainingBytes > 0 || this.#carry.length > 0 || this.#containers.length > 0
    if (isInside) throw this.#failure('the data set ends inside an element')
    return this.#output.take()
  }

  #passValue(bytes: Buffer, at: number): number {
    const { tag, unitBytes, isDropped } = this.#element!
    const available = Math.min(bytes.length - at, this.#remainingBytes)
    // A trailing part of a unit at the very end of a value cannot be swapped and passes as it is.
    const whole = available === this.#remainingBytes ? available : available - (available % unitBytes)
    if (whole === 0) return 0
    const value = bytes.subarray(at, at + whole)
    this.#remainingBytes -= whole
    if (isDropped) return whole
    const swapped = unitBytes === 1 || this.#source === 'implicit-le' ? value : swap(value, unitBytes)
    this.#output.add(swapped)
    if (tag === pixelRepresentation && swapped.length >= 2) this.#setSignedPixels(swapped.readUInt16LE(0) === 1)
    return whole
  }

  /** Bytes used, 0 when the header is not whole yet. */
  #readHeader(bytes: Buffer): number {
    if (bytes.length < minHeaderBytes) return 0
    const header = decodeSourceHeader(bytes, this.#source, this.#signedPixels())
    if (header.headerBytes === 0) return 0
    if (header.vr === '') this.#readItemHeader(header)
    else this.#readElementHeader(header)
    return header.headerBytes
  }

  #readElementHeader(header: SourceHeader): void {
    if (!/^[A-Z]{2}$/.test(header.vr)) throw this.#failure('an element has no valid VR')
    if (this.#containers.at(-1)?.kind === 'sequence') throw this.#failure('an element stands where an item should')
    if (header.vr === 'SQ') this.#openSequence(header)
    else this.#beginValue(header)
  }

  #beginValue(header: SourceHeader): void {
    if (header.length === undefinedLength) throw this.#failure('an element that is no sequence has an undefined length')
    this.#assertFits(header)
    const isDropped = this.#source === 'implicit-le' && (header.tag & 0xffff) === 0
    this.#element = { tag: header.tag, unitBytes: swapUnitOf(header.vr), isDropped }
    this.#remainingBytes = header.length
    if (!isDropped) this.#output.add(encodeExplicitHeader(header.tag, header.vr, header.length))
  }

  #openSequence(header: SourceHeader): void {
    const isEmpty = header.length === 0
    this.#output.add(encodeExplicitHeader(header.tag, 'SQ', isEmpty ? 0 : this.#lengthOf(header)))
    if (!isEmpty) this.#open('sequence', header)
  }

  #readItemHeader(header: SourceHeader): void {
    const innermost = this.#containers.at(-1)
    switch (header.tag) {
      case item:
        if (innermost?.kind !== 'sequence') throw this.#failure('an item stands outside a sequence')
        this.#output.add(encodeTagAndLength(item, header.length === 0 ? 0 : this.#lengthOf(header)))
        if (header.length !== 0) this.#open('item', header)
        return
      case itemDelimitation:
      case sequenceDelimitation: {
        const kind = header.tag === itemDelimitation ? 'item' : 'sequence'
        if (innermost?.kind !== kind || innermost.end !== undefined) throw this.#failure('a delimiter ends nothing')
        this.#containers.pop()
        this.#output.add(encodeTagAndLength(header.tag, 0))
        return
      }
      default:
        throw this.#failure('an unknown element of group FFFE')
    }
  }

  #open(kind: Container['kind'], header: SourceHeader): void {
    if (this.#containers.length >= this.#limits.maxDepth * 2) throw this.#failure('sequences are nested too deep')
    this.#assertFits(header)
    const end = header.length === undefinedLength ? undefined : this.#offset + header.headerBytes + header.length
    this.#containers.push({ kind, end, hasSignedPixels: this.#signedPixels() })
  }

  #lengthOf(header: SourceHeader): number {
    return this.#source === 'implicit-le' ? undefinedLength : header.length
  }

  /** Ends the containers whose last byte was read. */
  #closeFinished(): void {
    for (let last = this.#containers.at(-1); last?.end !== undefined; last = this.#containers.at(-1)) {
      if (this.#offset < last.end) return
      this.#containers.pop()
      if (this.#source === 'implicit-le') {
        this.#output.add(encodeTagAndLength(last.kind === 'item' ? itemDelimitation : sequenceDelimitation, 0))
      }
    }
  }

  #assertFits(header: SourceHeader): void {
    const parentEnd = this.#containers.findLast((container) => container.end !== undefined)?.end
    if (parentEnd === undefined || header.length === undefinedLength) return
    if (this.#offset + header.headerBytes + header.length > parentEnd)
      throw this.#failure('an element is longer than its item')
  }

  #signedPixels(): boolean {
    return this.#containers.at(-1)?.hasSignedPixels ?? this.#hasSignedPixels
  }

  #setSignedPixels(value: boolean): void {
    const innermost = this.#containers.at(-1)
    if (innermost === undefined) this.#hasSignedPixels = value
    else innermost.hasSignedPixels = value
  }

  #failure(reason: string): DicomError {
    return new DicomError('transcoding-failed', { offset: this.#offset, reason: `${reason} (read as ${this.#source})` })
  }
}

/** A copy with the bytes of each unit reversed; what is left of a last unit stays. */
function swap(value: Buffer, unitBytes: number): Buffer {
  const copy = Buffer.from(value)
  const whole = copy.subarray(0, copy.length - (copy.length % unitBytes))
  if (unitBytes === 2) whole.swap16()
  else if (unitBytes === 4) whole.swap32()
  else whole.swap64()
  return copy
}
