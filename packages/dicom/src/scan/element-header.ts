import { dictionaryVr, isPrivateTag, vrOf } from '../dictionary.ts'
import { isKnownVr, vrInfoOfBytes } from '../value-representations.ts'

export const undefinedLength = 0xffffffff
export const itemTag = 0xfffee000
export const itemDelimitationTag = 0xfffee00d
export const sequenceDelimitationTag = 0xfffee0dd

export const shortHeaderBytes = 8
export const longHeaderBytes = 12

/** One header, reused for all: the scanner allocates nothing per header. */
export interface ElementHeader {
  tag: number
  vr: string
  length: number
  /** 8 or 12 bytes when decoded; 0: the long form needs 12 and fewer are there; -1: the VR is none. */
  headerBytes: number
}

export interface HeaderEncoding {
  readonly explicit: boolean
  readonly bigEndian: boolean
  /** Pixel Representation of this level, for "US or SS" in implicit VR. */
  readonly signedPixels: boolean
}

/**
 * Decodes tag, VR and length (PS3.5 7.1) at `at`; at least 8 bytes must be there, `available` says how many are.
 * Eight zero bytes, which are padding where they can be anything, pass as tag 0 of length 0. Five parameters, because
 * an options object per header would be the only allocation on this path.
 */
export function decodeHeader(
  header: ElementHeader,
  bytes: Uint8Array,
  at: number,
  available: number,
  encoding: HeaderEncoding,
): void {
  const bigEndian = encoding.bigEndian
  header.tag = tagAt(bytes, at, bigEndian)
  if (header.tag >>> 16 === 0xfffe || !encoding.explicit) {
    header.length = uint32At(bytes, at + 4, bigEndian)
    header.headerBytes = shortHeaderBytes
    header.vr = header.tag >>> 16 === 0xfffe ? '' : implicitVr(header.tag, header.length, encoding)
    return
  }
  const first = bytes[at + 4] as number
  const second = bytes[at + 5] as number
  const info = vrInfoOfBytes(first, second)
  if (!info && !isBlankVr(first, second)) {
    const zero = header.tag === 0 && uint32At(bytes, at + 4, false) === 0
    header.vr = 'UN'
    header.length = 0
    header.headerBytes = zero ? shortHeaderBytes : -1
    return
  }
  header.vr = info?.vr ?? 'UN'
  if (!info?.longForm) {
    header.length = uint16At(bytes, at + 6, bigEndian)
    header.headerBytes = shortHeaderBytes
  } else if (available >= longHeaderBytes) {
    header.length = uint32At(bytes, at + 8, bigEndian)
    header.headerBytes = longHeaderBytes
  } else {
    header.headerBytes = 0
  }
}

/** Seen in the field for "unknown", always with a 16-bit length: two blanks, two question marks. */
function isBlankVr(first: number, second: number): boolean {
  return first === second && (first === 0x20 || first === 0x3f)
}

/** True when the eight bytes read as an explicit little endian header, whatever the transfer syntax claims. */
export function looksExplicit(bytes: Uint8Array, at: number): boolean {
  return isKnownVr(bytes[at + 4] as number, bytes[at + 5] as number)
}

/** True when the eight bytes cannot be explicit and do read as an implicit header of a known element. */
export function looksImplicit(bytes: Uint8Array, at: number): boolean {
  const tag = tagAt(bytes, at, false)
  return !looksExplicit(bytes, at) && dictionaryVr(tag) !== undefined && uint32At(bytes, at + 4, false) < 0x10000
}

function implicitVr(tag: number, length: number, encoding: HeaderEncoding): string {
  const vr = dictionaryVr(tag)
  if (vr === 'xs') return encoding.signedPixels ? 'SS' : 'US'
  if (vr !== undefined) return vrOf(tag)
  // PS3.5 7.5.1: only sequences have an undefined length in implicit VR, so an unknown element with one is a sequence.
  return length === undefinedLength && (isPrivateTag(tag) || vr === undefined) ? 'SQ' : 'UN'
}

function tagAt(bytes: Uint8Array, at: number, bigEndian: boolean): number {
  return ((uint16At(bytes, at, bigEndian) << 16) | uint16At(bytes, at + 2, bigEndian)) >>> 0
}

function uint16At(bytes: Uint8Array, at: number, bigEndian: boolean): number {
  const first = bytes[at] as number
  const second = bytes[at + 1] as number
  return bigEndian ? (first << 8) | second : first | (second << 8)
}

function uint32At(bytes: Uint8Array, at: number, bigEndian: boolean): number {
  const first = uint16At(bytes, at, bigEndian)
  const second = uint16At(bytes, at + 2, bigEndian)
  return (bigEndian ? (first << 16) | second : first | (second << 16)) >>> 0
}
