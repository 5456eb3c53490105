import { type Fragments, itemHeaderBytes } from './fragment-list.ts'
import type { PixelDataLayout, ScannedElement, ScanResult } from './scan-result.ts'

/**
 * Where the frames of an instance are, offsets in the (inflated) data set. There is no entry for a frame that follows from a
 * rule: sixty million frames of one pixel take no more than one frame.
 */
export type FrameLayout =
  /** One behind the other, all of one length. */
  | { readonly kind: 'native'; readonly count: number; readonly offset: number; readonly length: number }
  | {
      readonly kind: 'fragments'
      readonly count: number
      readonly fragments: Pick<Fragments, 'offset' | 'lengths'>
      /** Index of each frame's first fragment, ascending from 0; absent where each fragment is a frame. */
      readonly firsts?: Uint32Array
    }

/**
 * `undefined` when the instance has no pixel data or the frames cannot be told apart: too little data, frames that share a
 * byte, contradicting tables. Needs a scan with `capture: 'all'`.
 */
export function frameLayout(result: Pick<ScanResult, 'elements' | 'pixelData'>): FrameLayout | undefined {
  const { pixelData, elements } = result
  const numberOfFrames = frameCount(elements)
  if (!pixelData || numberOfFrames === undefined) return undefined
  return pixelData.fragments
    ? encapsulatedFrames(pixelData, pixelData.fragments, numberOfFrames)
    : nativeFrames(pixelData, elements, numberOfFrames)
}

/** 1 when (0028,0008) is absent or empty; `undefined` when it is not a positive integer. */
function frameCount(elements: readonly ScannedElement[]): number | undefined {
  const value = elements.find((element) => element.tag === 0x00280008)?.value
  const text = value ? Buffer.from(value).toString('latin1').replaceAll('\0', ' ').trim() : ''
  if (text === '') return 1
  const count = /^\+?\d+$/.test(text) ? Number(text) : 0
  return count > 0 ? count : undefined
}

function nativeFrames(
  pixelData: PixelDataLayout,
  elements: readonly ScannedElement[],
  count: number,
): FrameLayout | undefined {
  const bits = frameBits(elements)
  // Frames of bit-packed pixels may begin inside a byte (PS3.5 8.1.1): then no byte range is a frame.
  if (bits === undefined || (count > 1 && bits % 8 !== 0)) return undefined
  const length = Math.ceil(bits / 8)
  if (length === 0 || length * count > pixelData.length) return undefined
  return { kind: 'native', count, offset: pixelData.offset, length }
}

function frameBits(elements: readonly ScannedElement[]): number | undefined {
  const rows = unsignedShort(elements, 0x00280010)
  const columns = unsignedShort(elements, 0x00280011)
  const bitsAllocated = unsignedShort(elements, 0x00280100)
  if (!rows || !columns || !bitsAllocated) return undefined
  const samples = unsignedShort(elements, 0x00280002) ?? 1
  const photometric = elements.find((element) => element.tag === 0x00280004)?.value
  // PS3.3 C.7.6.3.1.2: two of three samples where chrominance is halved.
  const subsampled =
    samples === 3 && /^YBR_(FULL|PARTIAL)_422 *$/.test(Buffer.from(photometric ?? []).toString('latin1'))
  return rows * columns * bitsAllocated * (subsampled ? 2 : samples)
}

function unsignedShort(elements: readonly ScannedElement[], tag: number): number | undefined {
  const element = elements.find((candidate) => candidate.tag === tag)
  const value = element?.value
  if (!value || value.length < 2) return undefined
  return new DataView(value.buffer, value.byteOffset, 2).getUint16(0, !element.bigEndian)
}

function encapsulatedFrames(pixelData: PixelDataLayout, fragments: Fragments, count: number): FrameLayout | undefined {
  const fragmentCount = fragments.lengths.length
  if (fragmentCount < count) return undefined
  const { offset, lengths } = fragments
  const layout = { kind: 'fragments', count, fragments: { offset, lengths } } as const
  if (fragmentCount === count) return layout
  const firsts = count === 1 ? new Uint32Array(1) : findFirsts(pixelData, fragments, count)
  return firsts && { ...layout, firsts }
}

function findFirsts(pixelData: PixelDataLayout, fragments: Fragments, count: number): Uint32Array | undefined {
  const { extendedOffsetTable, basicOffsetTable } = pixelData
  return (
    firstsByOffsets(fragments, extendedOffsetTable, count) ??
    firstsByOffsets(fragments, basicOffsetTable, count) ??
    firstsByStartMarkers(fragments, count)
  )
}

/** Offsets of the item tags of each frame's first fragment, counted from the first fragment's item tag (PS3.3 C.7.6.3.1.8, PS3.5 A.4). */
function firstsByOffsets(
  { lengths }: Fragments,
  offsets: ArrayLike<number> | undefined,
  count: number,
): Uint32Array | undefined {
  if (offsets === undefined || offsets.length !== count || offsets[0] !== 0) return undefined
  const firsts = new Uint32Array(count)
  for (let frame = 1, fragment = 0, position = 0; frame < count; frame++) {
    const wanted = offsets[frame] as number
    // A frame has a fragment, so its offset is larger than the one before.
    do {
      position += (lengths[fragment] as number) + itemHeaderBytes
      fragment++
    } while (position < wanted && fragment < lengths.length)
    if (position !== wanted || fragment === lengths.length) return undefined
    firsts[frame] = fragment
  }
  return firsts
}

/** Without a table: each frame begins with the fragment that begins a code stream. */
function firstsByStartMarkers({ startsCodestream }: Fragments, count: number): Uint32Array | undefined {
  const firsts = new Uint32Array(count)
  let found = 0
  for (let fragment = 0; fragment < startsCodestream.length; fragment++) {
    if (startsCodestream[fragment] !== 1) continue
    if (found === count) return undefined
    firsts[found++] = fragment
  }
  return found === count && firsts[0] === 0 ? firsts : undefined
}
