import { encodeElementHeader, encodePart10Prefix, explicitVrLittleEndian } from '@vna/dicom'

/** Small instances for the tests of this package. */

export interface ExampleInstance {
  prefix: Uint8Array
  dataSet: Buffer
  sopInstanceUid: string
  studyInstanceUid: string
}

const secondaryCapture = '1.2.840.10008.5.1.4.1.1.7'

export function createExampleInstance(o: { n: number; study?: string; pixelBytes?: number }): ExampleInstance {
  const sopInstanceUid = `1.2.826.0.1.${o.n}`
  const studyInstanceUid = o.study ?? '1.2.826.0.2'
  const columns = Math.ceil((o.pixelBytes ?? 64) / 2)
  const dataSet = Buffer.concat([
    encodeElement(0x00080016, 'UI', secondaryCapture),
    encodeElement(0x00080018, 'UI', sopInstanceUid),
    encodeElement(0x00100010, 'PN', 'ROSSI^MARIO'),
    encodeElement(0x00100020, 'LO', 'P1'),
    encodeElement(0x0020000d, 'UI', studyInstanceUid),
    encodeElement(0x0020000e, 'UI', `${studyInstanceUid}.1`),
    encodeElement(0x00280002, 'US', unsignedShort(1)),
    encodeElement(0x00280008, 'IS', '2'),
    encodeElement(0x00280010, 'US', unsignedShort(1)),
    encodeElement(0x00280011, 'US', unsignedShort(columns)),
    encodeElement(0x00280100, 'US', unsignedShort(8)),
    encodeElement(0x7fe00010, 'OW', Buffer.alloc(columns * 2, o.n)),
  ])
  const prefix = encodePart10Prefix({
    sopClassUid: secondaryCapture,
    sopInstanceUid,
    transferSyntaxUid: explicitVrLittleEndian,
  })
  return { prefix, dataSet, sopInstanceUid, studyInstanceUid }
}

/** One element in Explicit VR Little Endian (PS3.5 7.1.2). */
function encodeElement(tag: number, vr: string, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as Buffer)
  const padding = Buffer.alloc(bytes.length % 2, vr === 'UI' || vr === 'OW' ? 0 : 0x20)
  return Buffer.concat([encodeElementHeader(tag, vr, bytes.length + padding.length), bytes, padding])
}

function unsignedShort(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}
