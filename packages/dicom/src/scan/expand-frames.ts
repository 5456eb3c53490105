import { itemHeaderBytes } from './fragment-list.ts'
import type { FrameLayout } from './frame-layout.ts'
import type { ByteRange } from './scan-result.ts'

/** For tests: the byte ranges of each frame, one by one. */
export function expandFrames(layout: FrameLayout | undefined): ByteRange[][] | undefined {
  if (layout === undefined) return undefined
  if (layout.kind === 'native') {
    const { count, offset, length } = layout
    return Array.from({ length: count }, (_, i) => [{ offset: offset + i * length, length }])
  }
  const { lengths } = layout.fragments
  const ranges: ByteRange[] = []
  let { offset } = layout.fragments
  for (const length of lengths) {
    ranges.push({ offset, length })
    offset += length + itemHeaderBytes
  }
  const firsts = layout.firsts ?? ranges.map((_, i) => i)
  return Array.from(firsts, (first, i) => ranges.slice(first, firsts[i + 1]))
}
