import type { Fragments } from './fragment-list.ts'
import type { InstanceIdentity } from './identity.ts'

export interface ByteRange {
  readonly offset: number
  readonly length: number
}

export type ScannedItem = ByteRange & {
  readonly elements: readonly ScannedElement[]
}

/**
 * `offset` and `length` of the value in the data set (the inflated one when deflated). An undefined length is replaced
 * by the real one, delimiter included: the next element begins at their sum.
 */
export type ScannedElement = ByteRange & {
  readonly tag: number
  /** As encoded; from the dictionary in implicit VR; SQ for every element read as a sequence. */
  readonly vr: string
  readonly undefinedLength: boolean
  /** The value is big endian and no longer than `maxValueBytes`, or absent. */
  readonly bigEndian: boolean
  /** A copy, padding included; absent when longer than the limits, or pixel data. */
  readonly value: Uint8Array | undefined
  /** Of a sequence. */
  readonly items: readonly ScannedItem[] | undefined
}

export type PixelDataLayout = ByteRange & {
  readonly tag: number
  readonly vr: string
  readonly encapsulated: boolean
  readonly fragments: Fragments | undefined
  /** Offsets of frames, counted from the item tag of the first fragment (PS3.5 A.4). Empty when the table is. */
  readonly basicOffsetTable: Uint32Array | undefined
  readonly extendedOffsetTable: Float64Array | undefined
  readonly extendedOffsetTableLengths: Float64Array | undefined
}

export interface ScanResult {
  /** Top level, in the order read. With `capture: 'identity'` only those the identity is made of. */
  readonly elements: readonly ScannedElement[]
  readonly identity: InstanceIdentity
  readonly pixelData: PixelDataLayout | undefined
  /** Of the data set, inflated when deflated. */
  readonly lengthBytes: number
  readonly deflated: boolean
  /** How the elements were in fact encoded; differs from the transfer syntax where the sender mislabelled it. */
  readonly encoding: 'implicit-le' | 'explicit-le' | 'explicit-be'
}
