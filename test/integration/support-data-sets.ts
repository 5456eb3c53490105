import { deflateRawSync } from 'node:zlib'
import { encodePart10Prefix } from '../../packages/dicom/src/index.ts'
import type { Incoming } from './support-archive.ts'

export const syntaxes = {
  implicit: '1.2.840.10008.1.2',
  explicit: '1.2.840.10008.1.2.1',
  deflated: '1.2.840.10008.1.2.1.99',
  bigEndian: '1.2.840.10008.1.2.2',
  jpegBaseline: '1.2.840.10008.1.2.4.50',
  rle: '1.2.840.10008.1.2.5',
} as const
export type SyntaxName = keyof typeof syntaxes

const ctImageStorage = '1.2.840.10008.5.1.4.1.1.2'
const fragmentItem = 'feff00e0'
const sequenceDelimiter = 'feffdde000000000'

/** Value as little endian bytes, and the bytes of one word of it. */
interface Element {
  readonly tag: string
  readonly vr: string
  readonly value: Buffer
  readonly word?: 2 | 4
}

export interface ImageOptions {
  readonly study: string
  readonly series: string
  readonly sop: string
  readonly syntax: SyntaxName
  readonly patientId?: string
  readonly frames?: number
  readonly rows?: number
  readonly columns?: number
}

export type Image = Incoming & {
  readonly dataSet: Buffer
  /** The same data set in Explicit VR Little Endian; absent for compressed ones. */
  readonly explicitDataSet: Buffer | undefined
  /** What each frame holds, little endian or compressed. */
  readonly frames: readonly Buffer[]
}

/** An image made for tests, written by an encoder of their own, so that what reads it is not what wrote it. */
export function makeImage(o: ImageOptions): Image {
  const rows = o.rows ?? 8
  const columns = o.columns ?? 16
  const isCompressed = o.syntax === 'jpegBaseline' || o.syntax === 'rle'
  const frames = Array.from({ length: o.frames ?? 1 }, (_, frame) => {
    const size = isCompressed ? 100 + frame * 2 : rows * columns * 2
    return Buffer.from(Array.from({ length: size }, (_, index) => (index * 13 + frame * 7 + o.sop.length) % 256))
  })
  const header: Element[] = [
    { tag: '00080016', vr: 'UI', value: text(ctImageStorage, '\0') },
    { tag: '00080018', vr: 'UI', value: text(o.sop, '\0') },
    { tag: '00080020', vr: 'DA', value: text('20260131') },
    { tag: '00080060', vr: 'CS', value: text('CT') },
    { tag: '00091010', vr: 'OB', value: Buffer.alloc(3000, 0x5a) },
    { tag: '00100010', vr: 'PN', value: text('Rossi^Anna') },
    { tag: '00100020', vr: 'LO', value: text(o.patientId ?? 'P1') },
    { tag: '0020000D', vr: 'UI', value: text(o.study, '\0') },
    { tag: '0020000E', vr: 'UI', value: text(o.series, '\0') },
    { tag: '00200013', vr: 'IS', value: text('1') },
    { tag: '00280002', vr: 'US', value: word(1), word: 2 },
    { tag: '00280008', vr: 'IS', value: text(String(frames.length)) },
    { tag: '00280010', vr: 'US', value: word(rows), word: 2 },
    { tag: '00280011', vr: 'US', value: word(columns), word: 2 },
    { tag: '00280100', vr: 'US', value: word(16), word: 2 },
    { tag: '00280103', vr: 'US', value: word(0), word: 2 },
    { tag: '00281201', vr: 'OW', value: words(1500), word: 2 },
    { tag: '00420011', vr: 'OB', value: Buffer.concat([text('%PDF-1'), Buffer.alloc(2000, 0x20)]) },
    { tag: '00420012', vr: 'LO', value: text('application/pdf') },
  ]
  const pixels: Element = { tag: '7FE00010', vr: 'OW', value: Buffer.concat(frames), word: 2 }
  const explicit = isCompressed ? undefined : encode([...header, pixels], 'explicit')
  const dataSet = encodeAs(o.syntax, { header, pixels, frames })
  const prefix = encodePart10Prefix({
    sopClassUid: ctImageStorage,
    sopInstanceUid: o.sop,
    transferSyntaxUid: syntaxes[o.syntax],
  })
  return {
    part10: Buffer.concat([prefix, dataSet]),
    studyInstanceUid: o.study,
    sopInstanceUid: o.sop,
    dataSet,
    explicitDataSet: explicit,
    frames,
  }
}

function encodeAs(
  syntax: SyntaxName,
  o: { header: readonly Element[]; pixels: Element; frames: readonly Buffer[] },
): Buffer {
  switch (syntax) {
    case 'implicit':
    case 'explicit':
    case 'bigEndian':
      return encode([...o.header, o.pixels], syntax)
    case 'deflated': {
      const deflated = deflateRawSync(encode([...o.header, o.pixels], 'explicit'))
      return deflated.length % 2 === 0 ? deflated : Buffer.concat([deflated, Buffer.alloc(1)])
    }
    case 'jpegBaseline':
    case 'rle': {
      const item = (bytes: Buffer) => Buffer.concat([Buffer.from(fragmentItem, 'hex'), long(bytes.length), bytes])
      const start = Buffer.from('e07f10004f420000ffffffff', 'hex')
      const items = [Buffer.alloc(0), ...o.frames].map(item)
      return Buffer.concat([encode(o.header, 'explicit'), start, ...items, Buffer.from(sequenceDelimiter, 'hex')])
    }
  }
}

function encode(elements: readonly Element[], syntax: 'implicit' | 'explicit' | 'bigEndian'): Buffer {
  return Buffer.concat(elements.flatMap((element) => encodeElement(element, syntax)))
}

function encodeElement(
  { tag, vr, value, word: wordBytes }: Element,
  syntax: 'implicit' | 'explicit' | 'bigEndian',
): Buffer[] {
  const isBig = syntax === 'bigEndian'
  const order = (bytes: Buffer) => (isBig ? Buffer.from(bytes).reverse() : bytes)
  const group = order(word(Number.parseInt(tag.slice(0, 4), 16)))
  const element = order(word(Number.parseInt(tag.slice(4), 16)))
  if (syntax === 'implicit') return [group, element, long(value.length), value]
  const isLong = ['OB', 'OW'].includes(vr)
  const length = isLong ? [Buffer.alloc(2), order(long(value.length))] : [order(word(value.length))]
  const swapped = Buffer.from(value)
  if (isBig && wordBytes === 2) swapped.swap16()
  return [group, element, Buffer.from(vr), ...length, swapped]
}

function text(value: string, padding = ' '): Buffer {
  return Buffer.from(value.length % 2 === 0 ? value : value + padding, 'latin1')
}

function word(value: number): Buffer {
  return Buffer.from([value & 0xff, value >>> 8])
}

function words(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => word(index * 3)))
}

function long(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}
