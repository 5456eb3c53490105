import type { RangeReader } from '../segment/range-reader.ts'

/**
 * Answers small reads from one larger read made at the first of them: a member's header, its Part 10 prefix and the
 * start of its data set then cost one read of the file, or one request to S3. Owns nothing: close the reader itself.
 */
export function createWindowedReader(reader: RangeReader, windowBytes: number): RangeReader {
  const window = Buffer.allocUnsafe(windowBytes)
  let start = 0
  let end = 0
  return {
    sizeBytes: reader.sizeBytes,
    async read(target, targetOffset, length, position) {
      if (length > windowBytes) return reader.read(target, targetOffset, length, position)
      const isInside = position >= start && position + length <= end
      if (!isInside) {
        end = start = position
        end += await reader.read(window, 0, windowBytes, position)
      }
      const from = position - start
      return window.copy(target, targetOffset, from, Math.min(from + length, end - start))
    },
    async close() {},
  }
}
