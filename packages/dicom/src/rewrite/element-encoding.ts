import { vrOf } from '../dictionary.ts'
import { vrInfoOf } from '../value-representations.ts'
import { encodeElementHeader, maxShortLengthBytes } from '../write/encode-header.ts'

export const undefinedLength = 0xffffffff
export const item = 0xfffee000
export const itemDelimitation = 0xfffee00d
export const sequenceDelimitation = 0xfffee0dd
export const pixelRepresentation = 0x00280103

/** Bytes that change places between big and little endian (PS3.5 7.3); AT is two numbers of two bytes each. */
const unitBytes: Readonly<Record<string, number>> = {
  ...{ AT: 2, OW: 2, SS: 2, US: 2 },
  ...{ FL: 4, OF: 4, OL: 4, SL: 4, UL: 4 },
  ...{ FD: 8, OD: 8, OV: 8, SV: 8, UV: 8 },
}

export type SourceEncoding = 'implicit-le' | 'explicit-be'

/** "US or SS" in PS3.6: in implicit VR the sign of the pixels decides (PS3.5 A.1). */
const signDependentTags = new Set([
  0x00189810, 0x00221452, 0x00280071, 0x00280104, 0x00280105, 0x00280106, 0x00280107, 0x00280108, 0x00280109,
  0x00280110, 0x00280111, 0x00280120, 0x00280121, 0x00281100, 0x00281101, 0x00281102, 0x00281103, 0x00281111,
  0x00281112, 0x00281113, 0x00283002, 0x00409211, 0x00409216, 0x00603004, 0x00603006,
])

/** `vr` is '' for items and delimiters; `headerBytes` is 0 when more bytes are needed. */
export interface SourceHeader {
  tag: number
  vr: string
  length: number
  headerBytes: number
}

export function swapUnitOf(vr: string): number {
  return unitBytes[vr] ?? 1
}

/** Decodes the header at the start of `bytes` (PS3.5 7.1), of which there are at least 8. */
export function decodeSourceHeader(bytes: Buffer, encoding: SourceEncoding, hasSignedPixels: boolean): SourceHeader {
  const isBigEndian = encoding === 'explicit-be'
  const group = isBigEndian ? bytes.readUInt16BE(0) : bytes.readUInt16LE(0)
  const element = isBigEndian ? bytes.readUInt16BE(2) : bytes.readUInt16LE(2)
  const tag = ((group << 16) | element) >>> 0
  const length = isBigEndian ? bytes.readUInt32BE(4) : bytes.readUInt32LE(4)
  if (group === 0xfffe) return { tag, vr: '', length, headerBytes: 8 }
  if (!isBigEndian) return { tag, vr: implicitVr(tag, length, hasSignedPixels), length, headerBytes: 8 }
  const vr = bytes.toString('latin1', 4, 6)
  if (!vrInfoOf(vr).longForm) return { tag, vr, length: bytes.readUInt16BE(6), headerBytes: 8 }
  if (bytes.length < 12) return { tag, vr, length: 0, headerBytes: 0 }
  return { tag, vr, length: bytes.readUInt32BE(8), headerBytes: 12 }
}

/** Encodes an Explicit VR Little Endian header. A value too long for its VR's 16-bit length becomes UN (PS3.5 6.2.2 note). */
export function encodeExplicitHeader(tag: number, vr: string, length: number): Buffer {
  const isTooLong = length > maxShortLengthBytes && !vrInfoOf(vr).longForm
  return encodeElementHeader(tag, isTooLong ? 'UN' : vr, length)
}

function implicitVr(tag: number, length: number, hasSignedPixels: boolean): string {
  if (hasSignedPixels && signDependentTags.has(tag)) return 'SS'
  const vr = vrOf(tag)
  // PS3.5 7.5.1: in implicit VR only a sequence has an undefined length.
  return vr === 'UN' && length === undefinedLength ? 'SQ' : vr
}
