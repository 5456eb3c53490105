import { createHash } from 'node:crypto'

export type Encoding = 'implicit-le' | 'explicit-le' | 'explicit-be'
export type Item = readonly Element[]
export interface Element {
  readonly tag: number
  readonly vr: string
  /** Text in Latin-1 or as bytes; numbers for US and UL; items for SQ; fragments for encapsulated pixel data. */
  readonly value:
    | string
    | Buffer
    | readonly number[]
    | { readonly items: readonly Item[] }
    | { readonly fragments: readonly Buffer[] }
}

const undefinedLength = 0xffffffff
const longLengthVrs = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'UC', 'UN', 'UR', 'UT'])
const preamble = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM', 'latin1')])
const wordBytesByVr: Readonly<Record<string, number>> = { US: 2, UL: 4 }

/** A UID under 2.25 (PS3.5 B.2) that is always the same for the same name. */
export function uidOf(name: string): string {
  return `2.25.${BigInt(`0x${createHash('sha256').update(name).digest('hex').slice(0, 32)}`)}`
}

/** Encodes elements, which must be in tag order (PS3.5 7.1), each value padded to even length. */
export function encodeDataSet(elements: readonly Element[], encoding: Encoding = 'explicit-le'): Buffer {
  return Buffer.concat(elements.flatMap((element) => encodeElement(element, encoding)))
}

function encodeElement(element: Element, encoding: Encoding): readonly Buffer[] {
  const { value, vr, tag } = element
  if (typeof value === 'object' && 'fragments' in value) {
    const fragments = [Buffer.alloc(0), ...value.fragments].flatMap((bytes) => [
      header(0xfffee000, '', bytes.length, encoding),
      bytes,
    ])
    return [header(tag, vr, undefinedLength, encoding), ...fragments, header(0xfffee0dd, '', 0, encoding)]
  }
  if (typeof value === 'object' && 'items' in value) {
    const items = value.items.flatMap((item) => {
      const bytes = encodeDataSet(item, encoding)
      return [header(0xfffee000, '', bytes.length, encoding), bytes]
    })
    const lengthBytes = items.reduce((sum, part) => sum + part.length, 0)
    return [header(tag, vr, lengthBytes, encoding), ...items]
  }
  const bytes = encodeValue(value, vr, encoding)
  return [header(tag, vr, bytes.length, encoding), bytes]
}

function encodeValue(value: string | Buffer | readonly number[], vr: string, encoding: Encoding): Buffer {
  if (typeof value === 'string' || Buffer.isBuffer(value)) {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value
    const pad = ['UI', 'OB', 'OW', 'UN'].includes(vr) ? '\0' : ' '
    return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(pad, 'latin1')])
  }
  const wordBytes = wordBytesByVr[vr] ?? 2
  const bytes = Buffer.alloc(value.length * wordBytes)
  for (const [index, number] of value.entries()) {
    if (encoding === 'explicit-be') bytes.writeUIntBE(number, index * wordBytes, wordBytes)
    else bytes.writeUIntLE(number, index * wordBytes, wordBytes)
  }
  return bytes
}

/** Tag, VR and length of one element (PS3.5 7.1.2, 7.1.3); `vr` empty for items and delimiters, which have none. */
function header(tag: number, vr: string, lengthBytes: number, encoding: Encoding): Buffer {
  const isShort = encoding === 'implicit-le' || vr === ''
  const bytes = Buffer.alloc(!isShort && longLengthVrs.has(vr) ? 12 : 8)
  const word = (value: number, offset: number) =>
    encoding === 'explicit-be' ? bytes.writeUInt16BE(value, offset) : bytes.writeUInt16LE(value, offset)
  const long = (value: number, offset: number) =>
    encoding === 'explicit-be' ? bytes.writeUInt32BE(value, offset) : bytes.writeUInt32LE(value, offset)
  word(tag >>> 16, 0)
  word(tag & 0xffff, 2)
  if (isShort) long(lengthBytes, 4)
  else {
    bytes.write(vr, 4, 'latin1')
    if (longLengthVrs.has(vr)) long(lengthBytes, 8)
    else word(lengthBytes, 6)
  }
  return bytes
}

export interface FileIdentity {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly transferSyntaxUid: string
}

/** A Part 10 file (PS3.10 7.1) around a data set. */
export function encodePart10(identity: FileIdentity, dataSet: Buffer): Buffer {
  const meta = encodeDataSet([
    { tag: 0x00020001, vr: 'OB', value: Buffer.from([0, 1]) },
    { tag: 0x00020002, vr: 'UI', value: identity.sopClassUid },
    { tag: 0x00020003, vr: 'UI', value: identity.sopInstanceUid },
    { tag: 0x00020010, vr: 'UI', value: identity.transferSyntaxUid },
    { tag: 0x00020012, vr: 'UI', value: '2.25.1' },
  ])
  const groupLength = encodeDataSet([{ tag: 0x00020000, vr: 'UL', value: [meta.length] }])
  return Buffer.concat([preamble, groupLength, meta, dataSet])
}
