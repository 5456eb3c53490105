import { tagOf, vrOf } from '@vna/dicom'

/** A data set by keyword; an array of data sets is a sequence. */
export type Attributes = { readonly [keyword: string]: AttributeValue }
export type AttributeValue = string | number | readonly (string | number)[] | Uint8Array | readonly Attributes[]

const LONG_FORM_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'])
const TAG_ITEM = 0xfffee000

/** Writes a data set in Explicit VR Little Endian, in tag order, sequences and items with explicit length (PS3.5 7.1, A.2). */
export function encodeAttributes(attributes: Attributes): Uint8Array {
  const elements = Object.entries(attributes).map(([keyword, value]) => {
    const tag = tagOf(keyword)
    if (tag === undefined) throw new RangeError(`unknown attribute ${keyword}`)
    return { tag, vr: vrOf(tag), value }
  })
  elements.sort((a, b) => a.tag - b.tag)
  const parts: Uint8Array[] = []
  for (const { tag, vr, value } of elements) {
    const bytes = encodeValue(vr, value)
    parts.push(encodeElementHeader(tag, vr, bytes.length), bytes)
  }
  return Buffer.concat(parts)
}

/** Tag, VR and length; the value follows. */
export function encodeElementHeader(tag: number, vr: string, lengthBytes: number): Uint8Array {
  const header = Buffer.alloc(LONG_FORM_VRS.has(vr) ? 12 : 8)
  header.writeUInt16LE(tag >>> 16, 0)
  header.writeUInt16LE(tag & 0xffff, 2)
  header.write(vr, 4, 'latin1')
  if (LONG_FORM_VRS.has(vr)) header.writeUInt32LE(lengthBytes, 8)
  else header.writeUInt16LE(lengthBytes, 6)
  return header
}

function encodeValue(vr: string, value: AttributeValue): Uint8Array {
  if (value instanceof Uint8Array) return padded(value, 0)
  if (vr === 'SQ') return encodeItems(value as readonly Attributes[])
  const values = Array.isArray(value) ? value : [value]
  const binary = binaryWriters[vr]
  if (binary !== undefined) {
    const bytes = Buffer.alloc(values.length * binary.sizeBytes)
    values.forEach((item, index) => {
      binary.write(bytes, Number(item), index * binary.sizeBytes)
    })
    return bytes
  }
  // ISO_IR 100: what the code points up to 255 are in ISO 8859-1.
  return padded(Buffer.from(values.join('\\'), 'latin1'), vr === 'UI' ? 0 : 0x20)
}

function encodeItems(items: readonly Attributes[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const item of items) {
    const bytes = encodeAttributes(item)
    const header = Buffer.alloc(8)
    header.writeUInt16LE(TAG_ITEM >>> 16, 0)
    header.writeUInt16LE(TAG_ITEM & 0xffff, 2)
    header.writeUInt32LE(bytes.length, 4)
    parts.push(header, bytes)
  }
  return Buffer.concat(parts)
}

function padded(bytes: Uint8Array, padding: number): Uint8Array {
  if (bytes.length % 2 === 0) return bytes
  const even = Buffer.alloc(bytes.length + 1, padding)
  even.set(bytes)
  return even
}

type BinaryWriter = { readonly sizeBytes: number; write(bytes: Buffer, value: number, offset: number): void }

const binaryWriters: Readonly<Record<string, BinaryWriter>> = {
  US: { sizeBytes: 2, write: (bytes, value, offset) => bytes.writeUInt16LE(value, offset) },
  SS: { sizeBytes: 2, write: (bytes, value, offset) => bytes.writeInt16LE(value, offset) },
  UL: { sizeBytes: 4, write: (bytes, value, offset) => bytes.writeUInt32LE(value, offset) },
  SL: { sizeBytes: 4, write: (bytes, value, offset) => bytes.writeInt32LE(value, offset) },
  FL: { sizeBytes: 4, write: (bytes, value, offset) => bytes.writeFloatLE(value, offset) },
  FD: { sizeBytes: 8, write: (bytes, value, offset) => bytes.writeDoubleLE(value, offset) },
  AT: {
    sizeBytes: 4,
    write: (bytes, value, offset) => {
      bytes.writeUInt16LE(value >>> 16, offset)
      bytes.writeUInt16LE(value & 0xffff, offset + 2)
    },
  },
}
