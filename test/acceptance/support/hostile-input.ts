import { deflateRawSync } from 'node:zlib'
import { ctImageStorage, explicitLittleEndian } from './fixtures.ts'
import { type Element, encodeDataSet, encodePart10, uidOf } from './generated.ts'

/** An invented name that must never reach a log. */
export const secretName = 'Segretissimo^Zenobio'
const deflatedLittleEndian = '1.2.840.10008.1.2.1.99'

export interface HostileObject {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly transferSyntaxUid: string
  readonly dataSet: Buffer
  readonly file: Buffer
}

const undefinedLength = 0xffffffff
const nestingLevels = 100_000
const bombBytes = 1024 ** 3
const bombBlockBytes = 16 * 1024 ** 2

function headerElements(sopInstanceUid: string): Element[] {
  return [
    { tag: 0x00080016, vr: 'UI', value: ctImageStorage },
    { tag: 0x00080018, vr: 'UI', value: sopInstanceUid },
    { tag: 0x00100010, vr: 'PN', value: secretName },
    { tag: 0x00100020, vr: 'LO', value: 'OSTILE-1' },
    { tag: 0x0020000d, vr: 'UI', value: uidOf('hostile study') },
    { tag: 0x0020000e, vr: 'UI', value: uidOf('hostile series') },
  ]
}

function makeObject(sopInstanceUid: string, dataSet: Buffer, transferSyntaxUid = explicitLittleEndian): HostileObject {
  const identity = { sopClassUid: ctImageStorage, sopInstanceUid, transferSyntaxUid }
  return { ...identity, dataSet, file: encodePart10(identity, dataSet) }
}

/** Sequences in sequences, 100,000 deep, each of undefined length. */
export function deeplyNested(): HostileObject {
  const uid = uidOf('nested')
  const level = Buffer.alloc(20)
  level.writeUInt16LE(0x0040, 0)
  level.writeUInt16LE(0xa730, 2)
  level.write('SQ', 4, 'latin1')
  level.writeUInt32LE(undefinedLength, 8)
  level.writeUInt32LE(0xe000fffe, 12)
  level.writeUInt32LE(undefinedLength, 16)
  const levels = Buffer.alloc(level.length * nestingLevels, level)
  return makeObject(uid, Buffer.concat([encodeDataSet(headerElements(uid)), levels]))
}

/** A megabyte that inflates to a gigabyte of one element. */
export function deflateBomb(): HostileObject {
  const uid = uidOf('bomb')
  const head = Buffer.alloc(12)
  head.writeUInt16LE(0x7fe0, 0)
  head.writeUInt16LE(0x0010, 2)
  head.write('OB', 4, 'latin1')
  head.writeUInt32LE(bombBytes, 8)
  // The same compressed block again and again: a deflate stream may be cut at any flush (RFC 1951 3.2.4).
  const start = deflateBlock(Buffer.concat([encodeDataSet(headerElements(uid)), head]))
  const block = deflateBlock(Buffer.alloc(bombBlockBytes))
  const end = deflateRawSync(Buffer.alloc(0))
  const blocks = Array.from({ length: bombBytes / bombBlockBytes }, () => block)
  return makeObject(uid, Buffer.concat([start, ...blocks, end]), deflatedLittleEndian)
}

const deflateBlock = (bytes: Buffer): Buffer => deflateRawSync(bytes, { finishFlush: 3, level: 9 })

/** A SOP Instance UID that would be a path, were it ever used as one. */
export function pathInUid(): HostileObject {
  const uid = '../../../../etc/cron.d/vna'
  return makeObject(uid, encodeDataSet(headerElements(uid)))
}

/** Pixel data that announces nearly 4 GiB and ends after a few bytes. */
export function absurdLength(): HostileObject {
  const uid = uidOf('absurd')
  const head = Buffer.alloc(12)
  head.writeUInt16LE(0x7fe0, 0)
  head.writeUInt16LE(0x0010, 2)
  head.write('OW', 4, 'latin1')
  head.writeUInt32LE(0xfffffffe, 8)
  return makeObject(uid, Buffer.concat([encodeDataSet(headerElements(uid)), head, Buffer.alloc(64)]))
}

/** Deterministic noise: a failure can be run again. */
export function noise(seed: number, lengthBytes: number): Buffer {
  const bytes = Buffer.alloc(lengthBytes)
  let state = seed >>> 0 || 1
  for (let index = 0; index < lengthBytes; index += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[index] = state & 0xff
  }
  return bytes
}
