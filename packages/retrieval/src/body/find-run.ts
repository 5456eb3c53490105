import type { BodyPart } from './body-part.ts'

/** A stretch of one pack that an answer reads from its start to its end, but for small gaps. */
export interface Run {
  readonly packKey: string
  readonly start: number
  readonly end: number
}

/** The header of a tar member and the padding before it, and a little more. */
const maxGapBytes = 64 * 1024

/** The run that begins with the stored part at `index`: the stored parts that follow it in the same pack. */
export function findRun(parts: readonly BodyPart[], index: number): Run | undefined {
  const first = parts[index]
  if (first?.kind !== 'stored') return undefined
  const { packKey } = first.instance
  const start = first.instance.offset + first.offset
  let end = start + first.lengthBytes
  for (let at = index + 1; at < parts.length; at++) {
    const part = parts[at]!
    if (part.kind === 'bytes') continue
    if (part.kind === 'made' || part.instance.packKey !== packKey) break
    const position = part.instance.offset + part.offset
    if (position < end || position - end > maxGapBytes) break
    end = position + part.lengthBytes
  }
  return { packKey, start, end }
}
