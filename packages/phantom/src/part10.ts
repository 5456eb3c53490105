import { encodeAttributes } from './data-set.ts'

const PREAMBLE_BYTES = 128
const IMPLEMENTATION_CLASS_UID = '2.25.183456790123456789012345678901234567'
const IMPLEMENTATION_VERSION_NAME = 'PHANTOM_1'

/** Preamble, DICM and file meta information (PS3.10 7.1). */
export function encodePart10Prefix(sopClassUid: string, sopInstanceUid: string, transferSyntaxUid: string): Uint8Array {
  const meta = encodeAttributes({
    FileMetaInformationVersion: Uint8Array.of(0, 1),
    MediaStorageSOPClassUID: sopClassUid,
    MediaStorageSOPInstanceUID: sopInstanceUid,
    TransferSyntaxUID: transferSyntaxUid,
    ImplementationClassUID: IMPLEMENTATION_CLASS_UID,
    ImplementationVersionName: IMPLEMENTATION_VERSION_NAME,
  })
  const groupLength = encodeAttributes({ FileMetaInformationGroupLength: meta.length })
  return Buffer.concat([Buffer.alloc(PREAMBLE_BYTES), Buffer.from('DICM', 'latin1'), groupLength, meta])
}
