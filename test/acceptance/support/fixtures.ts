import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { type Element, type Encoding, encodeDataSet, encodePart10, uidOf } from './generated.ts'

export const ctImageStorage = '1.2.840.10008.5.1.4.1.1.2'
export const explicitLittleEndian = '1.2.840.10008.1.2.1'
const implicitLittleEndian = '1.2.840.10008.1.2'
const explicitBigEndian = '1.2.840.10008.1.2.2'
const deflatedLittleEndian = '1.2.840.10008.1.2.1.99'
const jpegBaseline = '1.2.840.10008.1.2.4.50'
const encodings: Readonly<Record<string, Encoding>> = {
  [implicitLittleEndian]: 'implicit-le',
  [explicitBigEndian]: 'explicit-be',
}

export interface FixtureOptions {
  readonly study: string
  readonly series?: string
  readonly number: number
  readonly pixelBytes?: number
  readonly patientName?: string
  readonly patientId?: string
  readonly studyDate?: string
  readonly modality?: string
  /** The study's name by default; empty: the exam had none. */
  readonly accessionNumber?: string
  readonly transferSyntaxUid?: string
  readonly extra?: readonly Element[]
}

export interface Fixture {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly seriesInstanceUid: string
  readonly studyInstanceUid: string
  readonly transferSyntaxUid: string
  readonly dataSet: Buffer
  readonly file: Buffer
}

/** One small instance, the same bytes for the same options; pixel bytes differ from one instance to the next. */
export function makeFixture(options: FixtureOptions): Fixture {
  const { study, series = 'a', number, transferSyntaxUid = explicitLittleEndian } = options
  const sopInstanceUid = uidOf(`${study}/${series}/${number}`)
  const seriesInstanceUid = uidOf(`${study}/${series}`)
  const studyInstanceUid = uidOf(study)
  const elements = [
    ...headerElements(options, { sopInstanceUid, seriesInstanceUid, studyInstanceUid }),
    ...(options.extra ?? []),
  ]
  elements.sort((left, right) => left.tag - right.tag)
  elements.push(pixelElement(transferSyntaxUid, fillBytes(sopInstanceUid, options.pixelBytes ?? 512)))
  const plain = encodeDataSet(elements, encodings[transferSyntaxUid] ?? 'explicit-le')
  const dataSet = transferSyntaxUid === deflatedLittleEndian ? padEven(deflateRawSync(plain)) : plain
  const identity = { sopClassUid: ctImageStorage, sopInstanceUid, transferSyntaxUid }
  return { ...identity, seriesInstanceUid, studyInstanceUid, dataSet, file: encodePart10(identity, dataSet) }
}

interface Uids {
  sopInstanceUid: string
  seriesInstanceUid: string
  studyInstanceUid: string
}

function headerElements(options: FixtureOptions, uids: Uids): Element[] {
  const text = (tag: number, vr: string, value: string): Element => ({ tag, vr, value })
  return [
    text(0x00080005, 'CS', 'ISO_IR 100'),
    text(0x00080016, 'UI', ctImageStorage),
    text(0x00080018, 'UI', uids.sopInstanceUid),
    text(0x00080020, 'DA', options.studyDate ?? '20240131'),
    text(0x00080030, 'TM', '101500'),
    text(0x00080050, 'SH', options.accessionNumber ?? options.study.slice(0, 16)),
    text(0x00080060, 'CS', options.modality ?? 'CT'),
    text(0x00081030, 'LO', `Torace ${options.study}`.slice(0, 64)),
    text(0x00100010, 'PN', options.patientName ?? 'Prova^Archivio'),
    text(0x00100020, 'LO', options.patientId ?? 'PZ-0001'),
    text(0x0020000d, 'UI', uids.studyInstanceUid),
    text(0x0020000e, 'UI', uids.seriesInstanceUid),
    text(0x00200010, 'SH', '1'),
    text(0x00200011, 'IS', '1'),
    text(0x00200013, 'IS', String(options.number)),
    { tag: 0x00280010, vr: 'US', value: [16] },
    { tag: 0x00280011, vr: 'US', value: [16] },
    { tag: 0x00280100, vr: 'US', value: [16] },
  ]
}

function pixelElement(transferSyntaxUid: string, bytes: Buffer): Element {
  const tag = 0x7fe00010
  if (transferSyntaxUid === jpegBaseline) return { tag, vr: 'OB', value: { fragments: [padEven(bytes)] } }
  return { tag, vr: 'OW', value: padEven(bytes) }
}

const padEven = (bytes: Buffer): Buffer => (bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]))

/** Bytes that look random but follow from the name, so a mixed-up or torn instance is noticed. */
function fillBytes(name: string, lengthBytes: number): Buffer {
  const block = createHash('sha512').update(name).digest()
  return Buffer.alloc(lengthBytes, block)
}

export const fixtureTransferSyntaxes = [
  explicitLittleEndian,
  implicitLittleEndian,
  explicitBigEndian,
  deflatedLittleEndian,
  jpegBaseline,
] as const

/** Writes fixtures as files a sender can be pointed at; gives the paths in order. */
export function writeFixtures(folder: string, fixtures: readonly Fixture[]): readonly string[] {
  mkdirSync(folder, { recursive: true })
  return fixtures.map((fixture, index) => {
    const path = join(folder, `${String(index).padStart(6, '0')}.dcm`)
    writeFileSync(path, fixture.file)
    return path
  })
}
