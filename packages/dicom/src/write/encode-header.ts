import { vrInfoOf } from '../value-representations.ts'

/** The largest length that a VR with a 16-bit length can have. */
export const maxShortLengthBytes = 0xffff

/** Tag, VR and length of an element in Explicit VR Little Endian (PS3.5 7.1.2); the value follows. */
export function encodeElementHeader(tag: number, vr: string, lengthBytes: number): Buffer {
  const { longForm } = vrInfoOf(vr)
  const header = Buffer.alloc(longForm ? 12 : 8)
  writeTag(header, tag)
  header.write(vr, 4, 'latin1')
  if (longForm) header.writeUInt32LE(lengthBytes, 8)
  else header.writeUInt16LE(lengthBytes, 6)
  return header
}

/** Tag and length: any element in Implicit VR Little Endian, and items and delimiters in every little endian encoding (PS3.5 7.1.3, 7.5). */
export function encodeTagAndLength(tag: number, lengthBytes: number): Buffer {
  const header = Buffer.alloc(8)
  writeTag(header, tag)
  header.writeUInt32LE(lengthBytes, 4)
  return header
}

function writeTag(header: Buffer, tag: number): void {
  header.writeUInt16LE(tag >>> 16, 0)
  header.writeUInt16LE(tag & 0xffff, 2)
}
