import { explicitVrLittleEndianUid, type StoredTransferSyntax } from './negotiate-instances.ts'

export const octetStreamMediaType = 'application/octet-stream'
const encapsulatedUncompressedUid = '1.2.840.10008.1.2.1.98'

/** Media types of compressed pixel data (PS3.18 table 8.7.3-5); the first is ours, the others are what clients still ask for. */
const typesOfTransferSyntax: ReadonlyMap<string, readonly string[]> = new Map([
  ...entries(['image/jpeg'], '4.50', '4.51', '4.57', '4.70'),
  ...entries(['image/jls', 'image/x-jls'], '4.80', '4.81'),
  ...entries(['image/jp2'], '4.90', '4.91'),
  ...entries(['image/jpx'], '4.92', '4.93'),
  ...entries(['image/jphc', 'image/jhc'], '4.201', '4.202', '4.203'),
  ...entries(['image/jxl'], '4.110', '4.111', '4.112'),
  ...entries(['image/dicom-rle', 'image/x-dicom-rle'], '5'),
  ...entries(['video/mpeg2', 'video/mpeg'], '4.100', '4.100.1', '4.101', '4.101.1'),
  ...entries(
    ['video/mp4'],
    '4.102',
    '4.102.1',
    '4.103',
    '4.103.1',
    '4.104',
    '4.104.1',
    '4.105',
    '4.105.1',
    '4.106',
    '4.106.1',
  ),
  ...entries(['video/H265'], '4.107', '4.108'),
])

function entries(types: readonly string[], ...suffixes: string[]): [string, readonly string[]][] {
  return suffixes.map((suffix) => [`1.2.840.10008.1.2.${suffix}`, types])
}

/** The form in which the bytes of a frame leave: native ones always little endian, compressed ones as they are stored. */
export interface FrameForm {
  readonly transferSyntaxUid: string
  readonly mediaTypes: readonly string[]
  readonly isNative: boolean
}

export function frameFormOf(stored: StoredTransferSyntax): FrameForm {
  if (!stored.encapsulated || stored.uid === encapsulatedUncompressedUid) {
    return { transferSyntaxUid: explicitVrLittleEndianUid, mediaTypes: [octetStreamMediaType], isNative: true }
  }
  const mediaTypes = typesOfTransferSyntax.get(stored.uid) ?? [octetStreamMediaType]
  return { transferSyntaxUid: stored.uid, mediaTypes, isNative: false }
}
