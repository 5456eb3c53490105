import { Z_BUF_ERROR, Z_NO_FLUSH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from 'pako'
import { DicomError } from '../errors.ts'
import type { ScanLimits } from './limits.ts'

const outputBytes = 64 * 1024
const maxTrailingBytes = 16
const rawWindowBits = -15

/**
 * Streaming raw inflate (RFC 1951, PS3.5 A.5), synchronous: node:zlib inflates synchronously only whole buffers.
 * Hands out at most `outputBytes` at a time and looks at the limits each time, so a bomb costs one buffer.
 */
export class Inflater {
  readonly #stream = new ZStream()
  readonly #limits: ScanLimits
  #receivedBytes = 0
  #inflatedBytes = 0
  #trailingBytes = 0
  #ended = false

  constructor(limits: ScanLimits) {
    this.#limits = limits
    zlibInflateInit2(this.#stream, rawWindowBits)
    this.#stream.output = new Uint8Array(outputBytes)
  }

  /** The final block was seen. */
  get ended(): boolean {
    return this.#ended
  }

  push(bytes: Uint8Array, sink: (inflated: Uint8Array) => void): void {
    this.#receivedBytes += bytes.length
    const stream = this.#stream
    stream.input = bytes
    stream.next_in = 0
    stream.avail_in = bytes.length
    while (!this.#ended && this.#inflateOnce(sink)) {}
    if (this.#ended) this.#checkPadding(bytes.subarray(bytes.length - stream.avail_in))
  }

  /** False when all input is used up. */
  #inflateOnce(sink: (inflated: Uint8Array) => void): boolean {
    const stream = this.#stream
    stream.next_out = 0
    stream.avail_out = outputBytes
    const status = zlibInflate(stream, Z_NO_FLUSH)
    if (status !== Z_OK && status !== Z_STREAM_END && status !== Z_BUF_ERROR) {
      throw new DicomError('malformed-deflate', { offset: this.#inflatedBytes + stream.next_out })
    }
    this.#inflatedBytes += stream.next_out
    this.#checkLimits()
    if (stream.next_out > 0) sink(stream.output.subarray(0, stream.next_out))
    this.#ended = status === Z_STREAM_END
    return stream.avail_out === 0 || stream.avail_in > 0
  }

  #checkLimits(): void {
    const { maxInflatedBytes, maxInflateRatio, minRatioBytes } = this.#limits
    const tooLong = this.#inflatedBytes > maxInflatedBytes
    const tooDense = this.#inflatedBytes > minRatioBytes && this.#inflatedBytes > maxInflateRatio * this.#receivedBytes
    if (tooLong) throw new DicomError('inflate-limit', { offset: this.#inflatedBytes, limit: maxInflatedBytes })
    if (tooDense) throw new DicomError('inflate-limit', { offset: this.#inflatedBytes, limit: maxInflateRatio })
  }

  /** PS3.5 A.5: one null byte makes the length even; some writers add a checksum and a length, as gzip does. */
  #checkPadding(rest: Uint8Array): void {
    this.#trailingBytes += rest.length
    if (this.#trailingBytes > maxTrailingBytes) throw new DicomError('trailing-data', { offset: this.#inflatedBytes })
  }
}
