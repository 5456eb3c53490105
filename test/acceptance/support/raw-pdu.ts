/**
 * Just enough of PS3.8 and PS3.7 to speak to an acceptor byte by byte, well or badly, without any code of the archive.
 */
const applicationContext = '1.2.840.10008.3.1.1.1'
const pduAssociateRq = 0x01
const pduData = 0x04
const pduReleaseRq = 0x05

export interface ProposedContext {
  readonly id: number
  readonly abstractSyntaxUid: string
  readonly transferSyntaxUid: string
}
export interface AssociateOptions {
  readonly callingAeTitle: string
  readonly calledAeTitle: string
  readonly contexts: readonly ProposedContext[]
  readonly maxPduLengthBytes?: number
}

export interface Pdu {
  readonly type: number
  readonly body: Buffer
}

export function encodePdu(type: number, body: Buffer, lengthBytes = body.length): Buffer {
  const header = Buffer.alloc(6)
  header.writeUInt8(type, 0)
  header.writeUInt32BE(lengthBytes, 2)
  return Buffer.concat([header, body])
}

/** A-ASSOCIATE-RQ (PS3.8 9.3.2). */
export function encodeAssociateRq(options: AssociateOptions): Buffer {
  const fixed = Buffer.alloc(68)
  fixed.writeUInt16BE(1, 0)
  fixed.write(options.calledAeTitle.padEnd(16), 4, 'latin1')
  fixed.write(options.callingAeTitle.padEnd(16), 20, 'latin1')
  const maxLength = Buffer.alloc(4)
  maxLength.writeUInt32BE(options.maxPduLengthBytes ?? 16_384)
  const userInformation = Buffer.concat([encodeItem(0x51, maxLength), encodeItem(0x52, text('2.25.2'))])
  const contexts = options.contexts.map((context) =>
    encodeItem(
      0x20,
      Buffer.concat([
        Buffer.from([context.id, 0, 0, 0]),
        encodeItem(0x30, text(context.abstractSyntaxUid)),
        encodeItem(0x40, text(context.transferSyntaxUid)),
      ]),
    ),
  )
  const items = [encodeItem(0x10, text(applicationContext)), ...contexts, encodeItem(0x50, userInformation)]
  return encodePdu(pduAssociateRq, Buffer.concat([fixed, ...items]))
}

/** One P-DATA-TF with one PDV (PS3.8 9.3.5). */
export function encodePData(
  contextId: number,
  fragment: Buffer,
  flags: { isCommand: boolean; isLast: boolean },
): Buffer {
  const head = Buffer.alloc(6)
  head.writeUInt32BE(fragment.length + 2, 0)
  head.writeUInt8(contextId, 4)
  head.writeUInt8((flags.isCommand ? 1 : 0) | (flags.isLast ? 2 : 0), 5)
  return encodePdu(pduData, Buffer.concat([head, fragment]))
}

export const encodeReleaseRq = (): Buffer => encodePdu(pduReleaseRq, Buffer.alloc(4))

/** C-STORE-RQ command set (PS3.7 9.3.1.1), implicit VR little endian. */
export function encodeCStoreRq(messageId: number, sopClassUid: string, sopInstanceUid: string): Buffer {
  return encodeCommand([
    [0x0002, uid(sopClassUid)],
    [0x0100, us(0x0001)],
    [0x0110, us(messageId)],
    [0x0700, us(0)],
    [0x0800, us(1)],
    [0x1000, uid(sopInstanceUid)],
  ])
}

/** C-ECHO-RQ command set (PS3.7 9.3.5.1). */
export function encodeCEchoRq(messageId: number): Buffer {
  return encodeCommand([
    [0x0002, uid('1.2.840.10008.1.1')],
    [0x0100, us(0x0030)],
    [0x0110, us(messageId)],
    [0x0800, us(0x0101)],
  ])
}

export interface CommandAnswer {
  readonly status: number
  readonly errorComment?: string
}

/** Status (0000,0900) and Error Comment (0000,0902) of a response's command set. */
export function parseCommandAnswer(bytes: Buffer): CommandAnswer {
  const values = new Map<number, Buffer>()
  for (let offset = 0; offset + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(offset + 4)
    values.set(bytes.readUInt16LE(offset + 2), bytes.subarray(offset + 8, offset + 8 + length))
    offset += 8 + length
  }
  const comment = values.get(0x0902)?.toString('latin1').trim()
  return {
    status: values.get(0x0900)?.readUInt16LE(0) ?? -1,
    ...(comment === undefined ? {} : { errorComment: comment }),
  }
}

function encodeCommand(elements: readonly (readonly [number, Buffer])[]): Buffer {
  const body = Buffer.concat(elements.flatMap(([element, value]) => [commandHeader(element, value.length), value]))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.length)
  return Buffer.concat([commandHeader(0x0000, 4), length, body])
}

function commandHeader(element: number, lengthBytes: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(element, 2)
  bytes.writeUInt32LE(lengthBytes, 4)
  return bytes
}

function encodeItem(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt8(type, 0)
  head.writeUInt16BE(body.length, 2)
  return Buffer.concat([head, body])
}

const text = (value: string): Buffer => Buffer.from(value, 'latin1')
const uid = (value: string): Buffer => text(value.length % 2 === 0 ? value : `${value}\0`)
const us = (value: number): Buffer => Buffer.from([value & 0xff, value >>> 8])
