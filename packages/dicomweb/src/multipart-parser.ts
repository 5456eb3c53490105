import { DicomwebError } from './dicomweb-error.ts'
import { type PartHeaders, parsePartHeaders } from './part-headers.ts'

export interface MultipartLimits {
  /** RFC 2046 5.1.1 allows 70. */
  readonly maxBoundaryLength: number
  /** Header bytes of one part, the empty line included. */
  readonly maxHeaderBytes: number
  readonly maxParts: number
  /** Bytes before the first boundary, and again bytes after the last one. */
  readonly maxPreambleBytes: number
  /** Blanks between a boundary and the end of its line. */
  readonly maxPaddingBytes: number
}

export const multipartLimits: MultipartLimits = {
  maxBoundaryLength: 70,
  maxHeaderBytes: 16 * 1024,
  maxParts: 25_000,
  maxPreambleBytes: 64 * 1024,
  maxPaddingBytes: 64,
}

export type MultipartEvent =
  | { readonly kind: 'part-begin'; readonly headers: PartHeaders }
  /** `data` is a view of the pushed chunk, or a few bytes of our own where an apparent boundary was none. Good until the next push. */
  | { readonly kind: 'part-data'; readonly data: Uint8Array }
  | { readonly kind: 'part-end' }

type Events<T> = Generator<MultipartEvent, T, undefined>

const cr = 0x0d
const lf = 0x0a
const dash = 0x2d
const space = 0x20
const tab = 0x09
const lineBreakBytes = 2

/**
 * Push parser for multipart bodies (RFC 2046 5.1) without I/O; the events do not depend on how the bytes are split.
 *
 * preamble → delimiter → headers → body → delimiter → … → epilogue. One owner: for each chunk run the generator of
 * `push` to its end (awaiting between events is how backpressure works), after the last chunk call `end`.
 * Throws DicomwebError `multipart-*`; afterwards the parser must not be used again.
 */
export class MultipartRelatedParser {
  readonly #limits: MultipartLimits
  readonly #delimiter: Buffer
  #state: 'preamble' | 'delimiter' | 'headers' | 'body' | 'epilogue' = 'preamble'
  #beforeDelimiter: 'preamble' | 'body' = 'preamble'
  /** Bytes of the delimiter matched so far across chunks. A match can only start at CR, and a delimiter has only one: a failed match needs no second look. */
  #matched = lineBreakBytes // the first boundary may open the body without a line break
  /** Leading bytes of that match that are no data when it fails: never sent (start), or the end of the part's header. */
  #borrowed = lineBreakBytes
  #lineTail: number[] = []
  #header: number[] = []
  #parts = 0
  #discardedBytes = 0

  constructor(options: { boundary: string; limits?: Partial<MultipartLimits> }) {
    this.#limits = { ...multipartLimits, ...options.limits }
    assertBoundary(options.boundary, this.#limits.maxBoundaryLength)
    this.#delimiter = Buffer.from(`\r\n--${options.boundary}`, 'latin1')
  }

  /** True once the closing boundary was read. */
  get isComplete(): boolean {
    return this.#state === 'epilogue'
  }

  *push(chunk: Uint8Array): Events<void> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let at = 0
    while (at < bytes.length) {
      switch (this.#state) {
        case 'preamble':
        case 'body':
          at = yield* this.#readBody(bytes, at)
          break
        case 'delimiter':
          at = yield* this.#readDelimiterLine(bytes, at)
          break
        case 'headers':
          at = yield* this.#readHeaders(bytes, at)
          break
        case 'epilogue':
          this.#discard(bytes.length - at)
          at = bytes.length
          break
      }
    }
  }

  /** The body ended. Throws `multipart-truncated` when the closing boundary did not come. */
  end(): void {
    if (this.#state === 'epilogue') return
    throw new DicomwebError('multipart-truncated', 'the closing boundary is missing', { parts: this.#parts })
  }

  *#readBody(bytes: Buffer, start: number): Events<number> {
    if (this.#matched > 0) {
      const wanted = this.#delimiter.subarray(this.#matched, this.#matched + bytes.length - start)
      if (bytes.compare(wanted, 0, wanted.length, start, start + wanted.length) === 0) {
        this.#matched += wanted.length
        return this.#matched === this.#delimiter.length ? this.#enterDelimiter(start + wanted.length) : bytes.length
      }
      yield* this.#emit(this.#delimiter.subarray(this.#borrowed, this.#matched))
      this.#matched = 0
      this.#borrowed = 0
    }
    const found = bytes.indexOf(this.#delimiter, start)
    const end = found >= 0 ? found : this.#openMatchStart(bytes, start)
    yield* this.#emit(bytes.subarray(start, end))
    if (found >= 0) return this.#enterDelimiter(found + this.#delimiter.length)
    this.#matched = bytes.length - end
    return bytes.length
  }

  /** Where a delimiter may have begun whose rest is still to come, or the end of the bytes. */
  #openMatchStart(bytes: Buffer, start: number): number {
    const at = bytes.lastIndexOf(cr)
    if (at < start || bytes.length - at >= this.#delimiter.length) return bytes.length
    const isPrefix = bytes.compare(this.#delimiter, 0, bytes.length - at, at) === 0
    return isPrefix ? at : bytes.length
  }

  #enterDelimiter(next: number): number {
    this.#beforeDelimiter = this.#state === 'preamble' ? 'preamble' : 'body'
    this.#state = 'delimiter'
    this.#matched = 0
    this.#lineTail = []
    return next
  }

  /** RFC 2046: a delimiter counts only when `--` or blanks and a line break follow; else it was data that looked like one. */
  *#readDelimiterLine(bytes: Buffer, start: number): Events<number> {
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]!
      const last = this.#lineTail.at(-1) ?? space
      if (last === dash && byte === dash) return yield* this.#close(at + 1)
      if (last === cr && byte === lf) return yield* this.#beginHeaders(at + 1)
      if (!this.#continuesLine(last, byte)) return yield* this.#rejectDelimiter(at)
      this.#lineTail.push(byte)
    }
    return bytes.length
  }

  #continuesLine(last: number, byte: number): boolean {
    if (last === dash || last === cr || this.#lineTail.length > this.#limits.maxPaddingBytes) return false
    if (byte === dash) return this.#lineTail.length === 0
    return byte === cr || byte === space || byte === tab
  }

  *#rejectDelimiter(next: number): Events<number> {
    this.#state = this.#beforeDelimiter
    yield* this.#emit(this.#delimiter.subarray(this.#borrowed))
    yield* this.#emit(Uint8Array.from(this.#lineTail))
    this.#borrowed = 0
    return next
  }

  *#close(next: number): Events<number> {
    if (this.#beforeDelimiter === 'body') yield { kind: 'part-end' }
    this.#state = 'epilogue'
    this.#discardedBytes = 0
    return next
  }

  *#beginHeaders(next: number): Events<number> {
    if (this.#beforeDelimiter === 'body') yield { kind: 'part-end' }
    this.#parts += 1
    if (this.#parts > this.#limits.maxParts) throw limitError('maxParts', this.#limits.maxParts)
    this.#state = 'headers'
    this.#header = []
    return next
  }

  *#readHeaders(bytes: Buffer, start: number): Events<number> {
    for (let at = start; at < bytes.length; at++) {
      if (this.#header.length >= this.#limits.maxHeaderBytes) {
        throw limitError('maxHeaderBytes', this.#limits.maxHeaderBytes)
      }
      this.#header.push(bytes[at]!)
      if (!endsWithEmptyLine(this.#header)) continue
      const headers = parsePartHeaders(Buffer.from(this.#header).toString('latin1'))
      this.#state = 'body'
      // A part without content may have the empty line's break as that of the next boundary (RFC 2046 body-part).
      this.#matched = lineBreakBytes
      this.#borrowed = lineBreakBytes
      yield { kind: 'part-begin', headers }
      return at + 1
    }
    return bytes.length
  }

  *#emit(data: Uint8Array): Events<void> {
    if (data.length === 0) return
    if (this.#state === 'body') yield { kind: 'part-data', data }
    else this.#discard(data.length)
  }

  #discard(lengthBytes: number): void {
    this.#discardedBytes += lengthBytes
    if (this.#discardedBytes > this.#limits.maxPreambleBytes) {
      throw limitError('maxPreambleBytes', this.#limits.maxPreambleBytes)
    }
  }
}

/** RFC 2046 5.1.1, lenient on the characters but never on control characters: the matcher needs a delimiter with one CR. */
function assertBoundary(boundary: string, maxBoundaryLength: number): void {
  if (boundary.length === 0 || boundary.length > maxBoundaryLength || !/^[\x20-\x7e]*[\x21-\x7e]$/.test(boundary)) {
    throw new DicomwebError('multipart-boundary-invalid', 'the boundary is empty, too long or has odd characters', {
      length: boundary.length,
      maxBoundaryLength,
    })
  }
}

function endsWithEmptyLine(header: readonly number[]): boolean {
  const n = header.length
  if (header[n - 1] !== lf || header[n - 2] !== cr) return false
  return n === lineBreakBytes || (header[n - 3] === lf && header[n - 4] === cr)
}

function limitError(limit: keyof MultipartLimits, value: number): DicomwebError {
  return new DicomwebError('multipart-limit', `more than ${limit}`, { limit, value })
}
