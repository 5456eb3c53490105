import type { PackReaders } from '../stored/pack-readers.ts'
import type { StoredInstance } from '../stored/stored-instance.ts'

/** A piece of a response body. Only those of known length allow a Content-Length and ranges. */
export type BodyPart =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A stretch of the instance's Part 10 file, as it is stored. */
  | {
      readonly kind: 'stored'
      readonly instance: StoredInstance
      readonly offset: number
      readonly lengthBytes: number
    }
  /** Bytes made while sending; each buffer is used before the next is asked for. */
  | {
      readonly kind: 'made'
      readonly lengthBytes: number | undefined
      make(packs: PackReaders, signal: AbortSignal): AsyncIterable<Uint8Array>
    }

export function bytesPart(bytes: Uint8Array): BodyPart {
  return { kind: 'bytes', bytes }
}

export function lengthOf(part: BodyPart): number | undefined {
  return part.kind === 'bytes' ? part.bytes.length : part.lengthBytes
}

/** `undefined` when one part is made while sending and its length is not known. */
export function totalLength(parts: readonly BodyPart[]): number | undefined {
  let total = 0
  for (const part of parts) {
    const length = lengthOf(part)
    if (length === undefined) return undefined
    total += length
  }
  return total
}

/** The parts of bytes `start` to before `end`, or `undefined` where they cannot be cut: a part is made while sending. */
export function sliceParts(parts: readonly BodyPart[], start: number, end: number): readonly BodyPart[] | undefined {
  const cut: BodyPart[] = []
  let at = 0
  for (const part of parts) {
    const length = lengthOf(part)
    if (part.kind === 'made' || length === undefined) return undefined
    const from = Math.max(start - at, 0)
    const to = Math.min(end - at, length)
    if (from < to) cut.push(slicePart(part, from, to))
    at += length
  }
  return cut
}

function slicePart(part: Exclude<BodyPart, { kind: 'made' }>, from: number, to: number): BodyPart {
  if (part.kind === 'bytes') return { kind: 'bytes', bytes: part.bytes.subarray(from, to) }
  return { ...part, offset: part.offset + from, lengthBytes: to - from }
}
