import { DicomError, type DicomErrorCode } from '../errors.ts'
import { encodingOf } from '../transfer-syntaxes.ts'
import { CapturePolicy } from './capture-policy.ts'
import { type Container, type OpenElement, type Opening, openContainer, openDataSet, tagPathOf } from './container.ts'
import { itemDelimitationTag, itemTag, sequenceDelimitationTag, undefinedLength } from './element-header.ts'
import { HeaderReader } from './header-reader.ts'
import { addToIdentity, type InstanceIdentity, lastIdentityTag } from './identity.ts'
import { Inflater } from './inflater.ts'
import { type ScanLimits, scanLimits } from './limits.ts'
import { isPixelDataTag, PixelDataRecorder, pixelDataTag } from './pixel-data-recorder.ts'
import type { ScanResult } from './scan-result.ts'
import { ValueCapture } from './value-capture.ts'

export interface ScannerOptions {
  readonly transferSyntaxUid: string
  readonly limits?: Partial<ScanLimits>
  /** `identity` (default): keeps the few values of `InstanceIdentity` only. */
  readonly capture?: 'identity' | 'all'
}

/** What the next byte belongs to. */
type State = 'header' | 'value' | 'bulk' | 'offset-table' | 'padding'

const pixelRepresentationTag = 0x00280103

/**
 * Push parser for one data set (PS3.5 7, A.4, A.5). Lives: push or skip, any number of times, then end, once.
 * After a DicomError it is dead. Synchronous and iterative; the result does not depend on how the bytes are split;
 * memory is bounded by `ScanLimits` and by the bytes that arrived, never by a declared length.
 */
export class DataSetScanner {
  readonly identity: InstanceIdentity = {}
  readonly #limits: ScanLimits
  readonly #policy: CapturePolicy
  readonly #inflater: Inflater | undefined
  readonly #root: Container
  readonly #stack: Container[]
  readonly #capture = new ValueCapture()
  readonly #pixels = new PixelDataRecorder()
  readonly #headers = new HeaderReader()
  readonly #consumeInflated = (bytes: Uint8Array): void => this.#consume(bytes)
  #top: Container
  #state: State = 'header'
  /** Of the next byte, in the (inflated) data set. */
  #position = 0
  /** Bytes left of the value, bulk, table or peek that the state names. */
  #remaining = 0
  #valueTag = 0
  #valueLength = 0
  #valueElement: OpenElement | undefined
  #depth = 0
  #elementCount = 0
  #fragmentCount = 0
  #headerBytes = 0
  #identityComplete = false
  #ended = false

  constructor(options: ScannerOptions) {
    this.#limits = { ...scanLimits, ...options.limits }
    this.#policy = new CapturePolicy(this.#limits, options.capture === 'all')
    const encoding = encodingOf(options.transferSyntaxUid)
    this.#inflater = encoding === 'deflated-le' ? new Inflater(this.#limits) : undefined
    this.#root = openDataSet({
      explicit: encoding !== 'implicit-le',
      bigEndian: encoding === 'explicit-be',
      signedPixels: false,
    })
    this.#top = this.#root
    this.#stack = [this.#root]
  }

  /** True once a tag behind (0020,000E) was seen at top level, or at the end. */
  get identityComplete(): boolean {
    return this.#identityComplete
  }

  /** So many next bytes are of no interest: the caller may `skip` them, or some of them, instead of pushing. */
  get skippableBytes(): number {
    return this.#state === 'bulk' && !this.#inflater && !this.#pixels.peeking ? this.#remaining : 0
  }

  /** Bytes of the (inflated) data set so far. */
  get position(): number {
    return this.#position
  }

  push(bytes: Uint8Array): void {
    if (this.#ended) throw new DicomError('invalid-use', { offset: this.#position })
    if (this.#inflater) this.#inflater.push(bytes, this.#consumeInflated)
    else this.#consume(bytes)
  }

  skip(count: number): void {
    if (count > this.skippableBytes || count < 0) throw new DicomError('invalid-use', { offset: this.#position })
    this.#passBulk(count)
  }

  end(): ScanResult {
    if (this.#ended) throw new DicomError('invalid-use', { offset: this.#position })
    this.#ended = true
    const { pendingBytes, pendingIsZero } = this.#headers
    const complete =
      this.#stack.length === 1 && (this.#state === 'padding' || (this.#state === 'header' && pendingIsZero))
    const inflated = this.#inflater === undefined || this.#inflater.ended || this.#position === 0
    if (!complete || !inflated) this.#fail('truncated')
    this.#identityComplete = true
    const elements = this.#root.elements ?? []
    return {
      elements,
      identity: this.identity,
      pixelData: this.#pixels.layout(elements),
      lengthBytes: this.#position + pendingBytes,
      deflated: this.#inflater !== undefined,
      encoding: this.#root.explicit ? (this.#root.bigEndian ? 'explicit-be' : 'explicit-le') : 'implicit-le',
    }
  }

  #consume(bytes: Uint8Array): void {
    let at = 0
    const end = bytes.length
    while (at < end) {
      switch (this.#state) {
        case 'header':
          at = this.#readHeader(bytes, at)
          break
        case 'value':
        case 'offset-table':
          at = this.#readValue(bytes, at)
          break
        case 'bulk':
          at = this.#readBulk(bytes, at)
          break
        case 'padding':
          at = this.#passPadding(bytes, at)
          break
      }
    }
  }

  #readHeader(bytes: Uint8Array, at: number): number {
    const used = this.#headers.read(bytes, at, this.#top)
    const { headerBytes, tag, length } = this.#headers.header
    if (headerBytes === 0) return at + used
    if (headerBytes < 0) this.#fail('invalid-vr', tag)
    this.#position += headerBytes
    if (tag === 0 && length === 0) this.#beginPadding()
    else this.#beginHeader(headerBytes)
    return at + used
  }

  #beginHeader(headerBytes: number): void {
    const container = this.#top
    this.#headerBytes += headerBytes
    if (container.kind === 'fragments') {
      this.#beginFragment(container)
      return
    }
    if (++this.#elementCount > this.#limits.maxElements) this.#fail('too-many-elements')
    if (container.endOffset >= 0) this.#checkFits(container)
    if (container.kind === 'sequence') this.#beginItem(container)
    else if (this.#headers.header.tag >>> 16 === 0xfffe) this.#delimitItem(container)
    else this.#beginElement()
  }

  /** Files are padded with zeros behind the last element; inside a sequence zeros are an error. */
  #beginPadding(): void {
    if (this.#top !== this.#root || this.#elementCount === 0) this.#fail('invalid-vr', 0)
    this.#state = 'padding'
  }

  #checkFits(container: Container): void {
    const { length, tag } = this.#headers.header
    const end = length === undefinedLength ? this.#position : this.#position + length
    if (end > container.endOffset) this.#fail('length-exceeds-parent', tag)
  }

  #beginElement(): void {
    const { tag, vr, length } = this.#headers.header
    const top = this.#top === this.#root
    if (top && tag > lastIdentityTag) this.#identityComplete = true
    const element = this.#recordElement(tag, vr, length)
    if (length === undefinedLength) this.#beginUndefinedLength(element, top)
    else if (vr === 'SQ') this.#openSequence(element, this.#position + length, this.#top.explicit)
    else this.#beginValue(element, top)
  }

  #recordElement(tag: number, vr: string, length: number): OpenElement | undefined {
    const elements = this.#top.elements
    if (!elements || !this.#policy.lists(tag)) return undefined
    const element: OpenElement = {
      tag,
      vr,
      offset: this.#position,
      length,
      undefinedLength: length === undefinedLength,
      bigEndian: this.#top.bigEndian && vr !== 'UN',
      value: undefined,
      items: undefined,
    }
    elements.push(element)
    return element
  }

  #beginUndefinedLength(element: OpenElement | undefined, top: boolean): void {
    const { tag, vr } = this.#headers.header
    if (tag === pixelDataTag || vr === 'OB' || vr === 'OW') {
      this.#open({ kind: 'fragments', label: tag, endOffset: -1, element, captured: false })
      if (element && top && isPixelDataTag(tag)) this.#pixels.begin(element, true)
      return
    }
    if (vr !== 'SQ' && vr !== 'UN') this.#fail('undefined-length', tag)
    if (element) element.vr = 'SQ'
    // PS3.5 6.2.2 note: the content of UN with undefined length is implicit VR little endian, whatever is around it.
    this.#openSequence(element, -1, vr === 'SQ' && this.#top.explicit)
    if (vr === 'UN') this.#top.bigEndian = false
  }

  #openSequence(element: OpenElement | undefined, endOffset: number, explicit: boolean): void {
    const captured = element !== undefined
    this.#open({ kind: 'sequence', label: this.#headers.header.tag, endOffset, element, captured })
    this.#top.explicit = explicit
    if (element) element.items = this.#top.items
    this.#closeFinished()
  }

  #beginValue(element: OpenElement | undefined, top: boolean): void {
    const { tag, length } = this.#headers.header
    const pixels = top && isPixelDataTag(tag)
    if (pixels && element) this.#pixels.begin(element, false)
    if (!pixels && length <= this.#limits.maxValueBytes) this.#countHeaderBytes(length)
    this.#valueTag = tag
    this.#valueElement = element
    const copied = element !== undefined && !pixels && this.#policy.copies(tag, length, top)
    this.#expect(copied ? 'value' : 'bulk', length)
  }

  #countHeaderBytes(length: number): void {
    this.#headerBytes += length
    const limit = this.#limits.maxHeaderBytes
    if (this.#headerBytes > limit) this.#fail('header-too-long')
  }

  /** Enters a state for `length` bytes; none at all are over at once. */
  #expect(state: State, length: number): void {
    this.#state = state
    this.#remaining = length
    this.#valueLength = length
    if (length > 0) return
    if (state === 'bulk') this.#passBulk(0)
    else this.#finishValue(this.#capture.finish())
  }

  #readValue(bytes: Uint8Array, at: number): number {
    const count = Math.min(this.#remaining, bytes.length - at)
    const whole = count === this.#valueLength
    if (!whole) this.#capture.append(bytes, at, at + count)
    this.#remaining -= count
    this.#position += count
    if (this.#remaining === 0) {
      this.#finishValue(whole ? this.#capture.copy(bytes, at, at + count) : this.#capture.finish())
    }
    return at + count
  }

  #finishValue(value: Uint8Array): void {
    if (this.#state === 'offset-table') {
      this.#pixels.addOffsetTable(value)
    } else if (this.#valueElement) {
      this.#valueElement.value = value
      if (this.#top === this.#root) addToIdentity(this.identity, this.#valueTag, value)
      if (this.#valueTag === pixelRepresentationTag) this.#top.signedPixels = value[0] === 1 || value[1] === 1
    }
    this.#state = 'header'
    this.#closeFinished()
  }

  #readBulk(bytes: Uint8Array, at: number): number {
    const count = this.#pixels.peeking ? this.#pixels.peek(bytes, at) : Math.min(this.#remaining, bytes.length - at)
    this.#passBulk(count)
    return at + count
  }

  #passBulk(count: number): void {
    this.#remaining -= count
    this.#position += count
    if (this.#remaining > 0) return
    this.#state = 'header'
    this.#closeFinished()
  }

  #beginItem(sequence: Container): void {
    const { tag, length } = this.#headers.header
    if (tag === sequenceDelimitationTag) {
      this.#delimitSequence(sequence)
      return
    }
    if (tag !== itemTag) this.#fail('item-expected', tag)
    const items = sequence.items
    this.#open({
      kind: 'item',
      label: sequence.count++,
      endOffset: length === undefinedLength ? -1 : this.#position + length,
      element: undefined,
      captured: items !== undefined,
    })
    if (this.#depth > this.#limits.maxDepth) this.#fail('depth-exceeded')
    this.#closeFinished()
  }

  /** Also behind the last item of a sequence of defined length, where some writers put one in vain. */
  #delimitSequence(sequence: Container): void {
    if (sequence.endOffset < 0) this.#close()
    this.#closeFinished()
  }

  #delimitItem(container: Container): void {
    const { tag, length } = this.#headers.header
    const closes = tag === itemDelimitationTag && container.kind === 'item' && length === 0
    if (!closes) this.#fail('unexpected-delimiter', tag)
    if (container.endOffset < 0) this.#close()
    this.#closeFinished()
  }

  #beginFragment(container: Container): void {
    const { tag, length } = this.#headers.header
    if (tag === sequenceDelimitationTag) {
      this.#close()
      this.#closeFinished()
      return
    }
    if (tag !== itemTag || length === undefinedLength) this.#fail('item-expected', tag)
    if (++this.#fragmentCount > this.#limits.maxFragments) this.#fail('too-many-fragments')
    const isTable = container.count++ === 0
    const recorded = this.#pixels.records(container.element)
    if (isTable && recorded && length <= this.#limits.maxOffsetTableBytes) {
      this.#expect('offset-table', length)
      return
    }
    if (recorded && !isTable) this.#pixels.beginFragment(this.#position, length)
    this.#expect('bulk', length)
  }

  #open(opening: Omit<Opening, 'offset'>): void {
    this.#top = openContainer(this.#top, { ...opening, offset: this.#position })
    this.#stack.push(this.#top)
    if (opening.kind === 'item') this.#depth++
  }

  #closeFinished(): void {
    while (this.#top.endOffset === this.#position && this.#stack.length > 1) this.#close()
  }

  #close(): void {
    const closed = this.#stack.pop() as Container
    const parent = this.#stack[this.#stack.length - 1] as Container
    this.#top = parent
    if (closed.kind === 'item') {
      this.#depth--
      const { elements, offset } = closed
      if (elements) parent.items?.push({ offset, length: this.#position - offset, elements })
    } else if (closed.element) {
      closed.element.length = this.#position - closed.offset
    }
  }

  #passPadding(bytes: Uint8Array, at: number): number {
    for (let i = at; i < bytes.length; i++) if (bytes[i] !== 0) this.#fail('trailing-data')
    this.#position += bytes.length - at
    return bytes.length
  }

  #fail(code: DicomErrorCode, tag?: number): never {
    throw new DicomError(code, { offset: this.#position, tagPath: tagPathOf(this.#stack, tag) })
  }
}
