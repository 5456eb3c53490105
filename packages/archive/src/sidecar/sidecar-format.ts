import { type InstanceHeader, itemHeaderBytes } from '@vna/dicom'

/** Raised when a reader of the old lines would misunderstand the new ones. 2: frames of kind `items` instead of `fragments`. */
export const sidecarFormat = 2
/** Formats that are read: what was written once is read for ever. */
export const readSidecarFormats: readonly number[] = [1, sidecarFormat]
export const sidecarContentType = 'application/zstd'
/** Binary values up to this stand in the JSON; longer ones become BulkDataURI. */
export const maxInlineBytes = 1024
/** What a sidecar may decompress to. */
export const maxSidecarBytes = 1024 ** 3

/** First line. */
export interface SidecarHead {
  format: number
  /** `digest`: see `packDigestOf`, hex. */
  pack: { key: string; sizeBytes: number; digest: string }
  instances: number
}

/**
 * Where frames are, offsets in the (inflated) data set. `native`: one after the other. `items`: the fragments of encapsulated
 * pixel data, one after the other, each behind an item header; `firsts` is the first fragment of each frame, absent where
 * each fragment is a frame. `fragments`: format 1, per frame `[offset, length, …]`.
 */
export type FrameTable =
  | { kind: 'native'; count: number; offset: number; lengthBytes: number }
  | { kind: 'items'; offset: number; lengths: readonly number[]; firsts?: readonly number[] }
  | { kind: 'fragments'; frames: readonly (readonly number[])[] }

/** `h` of an instance's line, in the order it is written. Offsets: `offset` in the pack, all others in the data set. */
export interface SidecarEntry {
  seq: number
  name: string
  offset: number
  lengthBytes: number
  dataSetOffset: number
  /** Of the data set as received, hex. */
  sha256: string
  entity: string
  source: string
  received: string
  campaign?: string
  transferSyntaxUid: string
  /** How the elements are in fact encoded, when the transfer syntax says otherwise. */
  encoding?: 'implicit-le' | 'explicit-le' | 'explicit-be'
  /** Offsets below are those of the inflated data set. */
  deflated?: true
  frames?: FrameTable
  /** Values that the JSON only refers to: path → [offset, length, VR]. Encapsulated pixel data with its item headers. */
  bulk?: Readonly<Record<string, readonly [offset: number, lengthBytes: number, vr: string]>>
  /** Why the data set could not be read to its end (`DicomErrorCode`); the JSON then holds the identity only. */
  problem?: string
  /** The problem is one of effort: describing it takes more than an instance of its size may take. Tried again on demand. */
  undescribable?: true
  /** What the catalog keeps, where the JSON is long: see `descriptionLimits`. */
  header?: InstanceHeader
}

export type SidecarInstance = SidecarEntry & { header: InstanceHeader }

/** Byte ranges of one frame, counted from 1 as DICOMweb does; `undefined` when there is no such frame. */
export function frameOf(table: FrameTable, frameNumber: number): { offset: number; lengthBytes: number }[] | undefined {
  if (table.kind === 'native') {
    if (frameNumber < 1 || frameNumber > table.count) return undefined
    const { offset, lengthBytes } = table
    return [{ offset: offset + (frameNumber - 1) * lengthBytes, lengthBytes }]
  }
  if (table.kind === 'items') return itemsOfFrame(table, frameNumber)
  const flat = table.frames[frameNumber - 1]
  if (flat === undefined) return undefined
  const ranges: { offset: number; lengthBytes: number }[] = []
  for (let i = 0; i + 1 < flat.length; i += 2) ranges.push({ offset: flat[i]!, lengthBytes: flat[i + 1]! })
  return ranges
}

export function frameCountOf(table: FrameTable): number {
  if (table.kind === 'native') return table.count
  return table.kind === 'items' ? (table.firsts ?? table.lengths).length : table.frames.length
}

type ItemTable = Extract<FrameTable, { kind: 'items' }>

function itemsOfFrame(table: ItemTable, frameNumber: number): { offset: number; lengthBytes: number }[] | undefined {
  if (frameNumber < 1 || frameNumber > frameCountOf(table)) return undefined
  const { lengths, firsts } = table
  const offsets = itemOffsetsOf(table)
  const first = firsts === undefined ? frameNumber - 1 : firsts[frameNumber - 1]!
  const end = firsts === undefined ? frameNumber : (firsts[frameNumber] ?? lengths.length)
  return Array.from({ length: end - first }, (_, i) => ({
    offset: offsets[first + i]!,
    lengthBytes: lengths[first + i]!,
  }))
}

/** Added up once for each table: a viewer asks for one frame after the other. */
const itemOffsets = new WeakMap<ItemTable, Float64Array>()

function itemOffsetsOf(table: ItemTable): Float64Array {
  const known = itemOffsets.get(table)
  if (known !== undefined) return known
  const offsets = new Float64Array(table.lengths.length)
  let { offset } = table
  table.lengths.forEach((lengthBytes, i) => {
    offsets[i] = offset
    offset += lengthBytes + itemHeaderBytes
  })
  itemOffsets.set(table, offsets)
  return offsets
}
