import { encodeElementHeader, encodePart10Prefix, explicitVrLittleEndian } from '@vna/dicom'
import { encodeAttributes } from './data-set.ts'
import type { InstancePlan } from './plan.ts'

/** Up to here `dataSet()` and `part10()` answer in one piece. */
export const wholeInstanceMaxBytes = 4 * 1024 * 1024
/** Largest piece of a streamed instance. */
const fragmentBytes = 256 * 1024
/** Shorter pieces are joined. */
const smallPieceBytes = 16 * 1024
const tagPixelData = 0x7fe00010

export interface PhantomInstance {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly studyInstanceUid: string
  readonly seriesInstanceUid: string
  readonly transferSyntaxUid: string
  /** Length of the data set. */
  readonly sizeBytes: number
  /** Length of the Part 10 file: prefix and data set. */
  readonly part10SizeBytes: number
  /** In one piece up to wholeInstanceMaxBytes, streamed beyond. Fragments may be views of cached pictures: read only. */
  dataSet(): Uint8Array | AsyncIterable<Uint8Array>
  part10(): Uint8Array | AsyncIterable<Uint8Array>
  /** In one piece whatever the size. */
  dataSetBytes(): Uint8Array
  part10Bytes(): Uint8Array
}

export function createInstance(sopClassUid: string, studyInstanceUid: string, plan: InstancePlan): PhantomInstance {
  const prefix = encodePart10Prefix({
    sopClassUid,
    sopInstanceUid: plan.sopInstanceUid,
    transferSyntaxUid: explicitVrLittleEndian,
    sourceAeTitle: 'PHANTOM',
  })
  const header = encodeAttributes(plan.attributes)
  const { pixels } = plan
  const pixelHeader =
    pixels === undefined ? new Uint8Array(0) : encodeElementHeader(tagPixelData, pixels.vr, pixels.lengthBytes)
  const sizeBytes = header.length + pixelHeader.length + (pixels?.lengthBytes ?? 0)
  const pieces = function* (): Generator<Uint8Array> {
    yield header
    yield pixelHeader
    if (pixels !== undefined) yield* pixels.fragments()
  }
  const part10Pieces = function* (): Generator<Uint8Array> {
    yield prefix
    yield* pieces()
  }
  const isWhole = sizeBytes <= wholeInstanceMaxBytes
  return {
    sopClassUid,
    sopInstanceUid: plan.sopInstanceUid,
    studyInstanceUid,
    seriesInstanceUid: plan.seriesInstanceUid,
    transferSyntaxUid: explicitVrLittleEndian,
    sizeBytes,
    part10SizeBytes: prefix.length + sizeBytes,
    dataSet: () => (isWhole ? Buffer.concat([...pieces()]) : stream(pieces())),
    part10: () => (isWhole ? Buffer.concat([...part10Pieces()]) : stream(part10Pieces())),
    dataSetBytes: () => Buffer.concat([...pieces()]),
    part10Bytes: () => Buffer.concat([...part10Pieces()]),
  }
}

/** Joins small pieces and cuts large ones, so that no consumer meets a fragment of a few bytes or of many MiB. */
async function* stream(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  for (const piece of pieces) {
    if (piece.length < smallPieceBytes) {
      held.push(piece)
      heldBytes += piece.length
      if (heldBytes < fragmentBytes) continue
    }
    if (heldBytes > 0) yield Buffer.concat(held, heldBytes)
    held = []
    heldBytes = 0
    if (piece.length < smallPieceBytes) continue
    // Views: most of a large instance passes without being copied.
    for (let at = 0; at < piece.length; at += fragmentBytes) yield piece.subarray(at, at + fragmentBytes)
  }
  if (heldBytes > 0) yield Buffer.concat(held, heldBytes)
}
