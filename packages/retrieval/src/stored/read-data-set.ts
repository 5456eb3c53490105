import { rewriteAsExplicitLittleEndian } from '@vna/dicom'
import { RetrievalError } from '../retrieval-error.ts'
import type { OpenInstance } from './pack-readers.ts'

/** A multiple of every word that is ever swapped. */
const chunkBytes = 256 * 1024

export interface Range {
  readonly offset: number
  readonly length: number
}

/** Reads a stretch of the stored data set; the buffer yielded is read into again for the next. */
export async function* readDataSet(
  { reader, instance }: OpenInstance,
  range: Range,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, range.length))
  const start = instance.offset + instance.dataSetOffset + range.offset
  for (let done = 0; done < range.length; ) {
    const got = await reader.read(buffer, 0, Math.min(buffer.length, range.length - done), start + done)
    if (signal.aborted) throw new RetrievalError('client-gone')
    if (got === 0) throw new RetrievalError('object-too-short')
    yield buffer.subarray(0, got)
    done += got
  }
}

export function readWholeDataSet(open: OpenInstance, signal: AbortSignal): AsyncGenerator<Buffer> {
  return readDataSet(open, { offset: 0, length: open.instance.lengthBytes - open.instance.dataSetOffset }, signal)
}

/** Reads stretches of a deflated data set, their offsets counted in the inflated one. One pass serves ranges that ascend. */
export async function* readInflated(
  open: OpenInstance,
  ranges: readonly Range[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (const ascending of ascendingRuns(ranges)) {
    let at = 0
    let next = 0
    for await (const chunk of rewriteAsExplicitLittleEndian(
      readWholeDataSet(open, signal),
      open.instance.transferSyntaxUid,
    )) {
      const end = at + chunk.length
      for (let range = ascending[next]; range !== undefined && range.offset < end; range = ascending[next]) {
        yield chunk.subarray(Math.max(range.offset - at, 0), Math.min(range.offset + range.length - at, chunk.length))
        if (range.offset + range.length > end) break
        next += 1
      }
      at = end
      if (next === ascending.length) break
    }
    if (next < ascending.length) throw new RetrievalError('inflated-too-short')
  }
}

/** Reverses the bytes of each word: big endian values leave as little endian ones (PS3.18 8.7.3.3.1). */
export async function* swapWords(source: AsyncIterable<Uint8Array>, wordBytes: 2 | 4 | 8): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    const copy = Buffer.from(chunk)
    const words = copy.subarray(0, copy.length - (copy.length % wordBytes))
    if (wordBytes === 2) words.swap16()
    else if (wordBytes === 4) words.swap32()
    else words.swap64()
    yield copy
  }
}

function ascendingRuns(ranges: readonly Range[]): Range[][] {
  const runs: Range[][] = []
  let end = 0
  for (const range of ranges) {
    const run = runs.at(-1)
    if (run !== undefined && range.offset >= end) run.push(range)
    else runs.push([range])
    end = range.offset + range.length
  }
  return runs
}
