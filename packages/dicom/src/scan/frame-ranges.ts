import type { ByteRange, PixelDataLayout, PixelFragment, ScannedElement, ScanResult } from './scan-result.ts'

type Frames = readonly (readonly ByteRange[])[]

const itemHeaderBytes = 8

/**
 * Per frame the byte ranges of its pixel data, relative to the data set. `undefined` when the instance has no pixel
 * data or the frames cannot be told apart: too little data, frames that share a byte, contradicting tables. Needs a
 * scan with `capture: 'all'`.
 */
export function frameRanges(result: Pick<ScanResult, 'elements' | 'pixelData'>): Frames | undefined {
  const { pixelData, elements } = result
  const numberOfFrames = frameCount(elements)
  if (!pixelData || numberOfFrames === undefined) return undefined
  return pixelData.encapsulated
    ? encapsulatedFrames(pixelData, numberOfFrames)
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
): Frames | undefined {
  const bits = frameBits(elements)
  // Frames of bit-packed pixels may begin inside a byte (PS3.5 8.1.1): then no byte range is a frame.
  if (bits === undefined || (count > 1 && bits % 8 !== 0)) return undefined
  const length = Math.ceil(bits / 8)
  if (length === 0 || length * count > pixelData.length) return undefined
  return Array.from({ length: count }, (_, i) => [{ offset: pixelData.offset + i * length, length }])
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

function encapsulatedFrames(pixelData: PixelDataLayout, count: number): Frames | undefined {
  const fragments = pixelData.fragments ?? []
  if (fragments.length < count) return undefined
  if (count === 1) return [fragments.map(rangeOf)]
  if (fragments.length === count) return fragments.map((fragment) => [rangeOf(fragment)])
  return (
    framesByExtendedTable(pixelData, count) ??
    framesByOffsets(fragments, pixelData.basicOffsetTable ?? [], count) ??
    framesByStartMarkers(fragments, count)
  )
}

function rangeOf({ offset, length }: ByteRange): ByteRange {
  return { offset, length }
}

/** PS3.3 C.7.6.3.1.8: with this table every frame is one fragment, the offsets count from the first item tag. */
function framesByExtendedTable(pixelData: PixelDataLayout, count: number): Frames | undefined {
  const offsets = pixelData.extendedOffsetTable
  if (!offsets || offsets.length !== count) return undefined
  return framesByOffsets(pixelData.fragments ?? [], offsets, count)
}

/** Offsets of the item tags of each frame's first fragment, counted from the first fragment's item tag. */
function framesByOffsets(
  fragments: readonly PixelFragment[],
  offsets: readonly number[],
  count: number,
): Frames | undefined {
  const first = fragments[0]
  if (!first || offsets.length !== count) return undefined
  const base = first.offset - itemHeaderBytes
  const starts = new Map(fragments.map((fragment, index) => [fragment.offset - itemHeaderBytes - base, index]))
  return framesFrom(
    fragments,
    offsets.map((offset) => starts.get(offset) ?? -1),
  )
}

/** Without a table: each frame begins with the fragment that begins a code stream. */
function framesByStartMarkers(fragments: readonly PixelFragment[], count: number): Frames | undefined {
  const starts = fragments.flatMap((fragment, index) => (fragment.startsCodestream ? [index] : []))
  return starts.length === count ? framesFrom(fragments, starts) : undefined
}

/** Cuts the fragments at the given indices, which must begin with 0 and ascend. */
function framesFrom(fragments: readonly PixelFragment[], starts: readonly number[]): Frames | undefined {
  const ascending = starts[0] === 0 && starts.every((start, i) => i === 0 || start > (starts[i - 1] as number))
  if (!ascending) return undefined
  return starts.map((start, i) => fragments.slice(start, starts[i + 1]).map(rangeOf))
}
