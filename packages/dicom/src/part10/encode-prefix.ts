import { DicomError } from '../errors.ts'
import { isStorableUid } from '../uids.ts'
import { encodeElementHeader } from '../write/encode-header.ts'

/** Identifies this software in every file it writes (PS3.7 D.3.3.2). */
export const implementationClassUid = '2.25.245419096075973716971429449766937307276'
export const implementationVersionName = 'VNA_0.1'

export interface Part10PrefixOptions {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly transferSyntaxUid: string
  readonly sourceAeTitle?: string
  readonly sendingAeTitle?: string
  readonly receivingAeTitle?: string
}

const preambleBytes = 128
const maxAeTitleLength = 16

/** Preamble, "DICM" and File Meta Information (PS3.10 7.1): all that stands before the data set. */
export function encodePart10Prefix(options: Part10PrefixOptions): Uint8Array {
  const elements = Buffer.concat([
    metaElement(0x0001, 'OB', Buffer.from([0, 1])),
    uidElement(0x0002, options.sopClassUid),
    uidElement(0x0003, options.sopInstanceUid),
    uidElement(0x0010, options.transferSyntaxUid),
    uidElement(0x0012, implementationClassUid),
    metaElement(0x0013, 'SH', padded(implementationVersionName, ' ')),
    aeElement(0x0016, options.sourceAeTitle),
    aeElement(0x0017, options.sendingAeTitle),
    aeElement(0x0018, options.receivingAeTitle),
  ])
  const groupLength = Buffer.alloc(4)
  groupLength.writeUInt32LE(elements.length)
  return Buffer.concat([
    Buffer.alloc(preambleBytes),
    Buffer.from('DICM', 'latin1'),
    metaElement(0x0000, 'UL', groupLength),
    elements,
  ])
}

function uidElement(element: number, uid: string): Buffer {
  if (!isStorableUid(uid))
    throw new DicomError('unencodable', { tagPath: `0002${element.toString(16).padStart(4, '0')}` })
  return metaElement(element, 'UI', padded(uid, '\0'))
}

function aeElement(element: number, title: string | undefined): Buffer {
  return title ? metaElement(element, 'AE', padded(title.slice(0, maxAeTitleLength), ' ')) : Buffer.alloc(0)
}

function padded(text: string, padding: string): Buffer {
  return Buffer.from(text.length % 2 === 0 ? text : text + padding, 'latin1')
}

/** One explicit little endian element of group 0002. */
function metaElement(element: number, vr: string, value: Buffer): Buffer {
  return Buffer.concat([encodeElementHeader(0x00020000 | element, vr, value.length), value])
}
