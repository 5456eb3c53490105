export type TransferSyntaxEncoding = 'implicit-le' | 'explicit-le' | 'explicit-be' | 'deflated-le'

export interface TransferSyntax {
  readonly uid: string
  readonly name: string
  readonly encoding: TransferSyntaxEncoding
  readonly encapsulated: boolean
  /** The syntax permits loss: whether one instance lost anything stands in (0028,2110). */
  readonly lossy: boolean
  readonly retired: boolean
}

export const implicitVrLittleEndian = '1.2.840.10008.1.2'
export const explicitVrLittleEndian = '1.2.840.10008.1.2.1'
export const deflatedExplicitVrLittleEndian = '1.2.840.10008.1.2.1.99'
export const explicitVrBigEndian = '1.2.840.10008.1.2.2'

const native: readonly TransferSyntax[] = [
  syntaxOf('', 'Implicit VR Little Endian', '', 'implicit-le'),
  syntaxOf('.1', 'Explicit VR Little Endian', '', 'explicit-le'),
  syntaxOf('.1.99', 'Deflated Explicit VR Little Endian', '', 'deflated-le'),
  syntaxOf('.2', 'Explicit VR Big Endian', 'R', 'explicit-be'),
  // Pixel data lies elsewhere, behind (0028,7FE0): nothing is encapsulated, the second kind is deflated.
  syntaxOf('.4.94', 'JPIP Referenced', 'L', 'explicit-le'),
  syntaxOf('.4.95', 'JPIP Referenced Deflate', 'L', 'deflated-le'),
  syntaxOf('.4.204', 'JPIP HTJ2K Referenced', 'L', 'explicit-le'),
  syntaxOf('.4.205', 'JPIP HTJ2K Referenced Deflate', 'L', 'deflated-le'),
]

/** Suffix below 1.2.840.10008.1.2, name, flags (L lossy, R retired): PS3.6 Table A-1, PS3.5 A.4. */
const encapsulated: readonly (readonly [string, string, string])[] = [
  ['.1.98', 'Encapsulated Uncompressed Explicit VR Little Endian', ''],
  ['.4.50', 'JPEG Baseline (Process 1)', 'L'],
  ['.4.51', 'JPEG Extended (Process 2 and 4)', 'L'],
  ['.4.52', 'JPEG Extended (Process 3 and 5)', 'LR'],
  ['.4.53', 'JPEG Spectral Selection, Non-Hierarchical (Process 6 and 8)', 'LR'],
  ['.4.54', 'JPEG Spectral Selection, Non-Hierarchical (Process 7 and 9)', 'LR'],
  ['.4.55', 'JPEG Full Progression, Non-Hierarchical (Process 10 and 12)', 'LR'],
  ['.4.56', 'JPEG Full Progression, Non-Hierarchical (Process 11 and 13)', 'LR'],
  ['.4.57', 'JPEG Lossless, Non-Hierarchical (Process 14)', ''],
  ['.4.58', 'JPEG Lossless, Non-Hierarchical (Process 15)', 'R'],
  ['.4.59', 'JPEG Extended, Hierarchical (Process 16 and 18)', 'LR'],
  ['.4.60', 'JPEG Extended, Hierarchical (Process 17 and 19)', 'LR'],
  ['.4.61', 'JPEG Spectral Selection, Hierarchical (Process 20 and 22)', 'LR'],
  ['.4.62', 'JPEG Spectral Selection, Hierarchical (Process 21 and 23)', 'LR'],
  ['.4.63', 'JPEG Full Progression, Hierarchical (Process 24 and 26)', 'LR'],
  ['.4.64', 'JPEG Full Progression, Hierarchical (Process 25 and 27)', 'LR'],
  ['.4.65', 'JPEG Lossless, Hierarchical (Process 28)', 'R'],
  ['.4.66', 'JPEG Lossless, Hierarchical (Process 29)', 'R'],
  ['.4.70', 'JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 14, Selection Value 1)', ''],
  ['.4.80', 'JPEG-LS Lossless Image Compression', ''],
  ['.4.81', 'JPEG-LS Lossy (Near-Lossless) Image Compression', 'L'],
  ['.4.90', 'JPEG 2000 Image Compression (Lossless Only)', ''],
  ['.4.91', 'JPEG 2000 Image Compression', 'L'],
  ['.4.92', 'JPEG 2000 Part 2 Multi-component Image Compression (Lossless Only)', ''],
  ['.4.93', 'JPEG 2000 Part 2 Multi-component Image Compression', 'L'],
  ['.4.100', 'MPEG2 Main Profile / Main Level', 'L'],
  ['.4.100.1', 'Fragmentable MPEG2 Main Profile / Main Level', 'L'],
  ['.4.101', 'MPEG2 Main Profile / High Level', 'L'],
  ['.4.101.1', 'Fragmentable MPEG2 Main Profile / High Level', 'L'],
  ['.4.102', 'MPEG-4 AVC/H.264 High Profile / Level 4.1', 'L'],
  ['.4.102.1', 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1', 'L'],
  ['.4.103', 'MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1', 'L'],
  ['.4.103.1', 'Fragmentable MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1', 'L'],
  ['.4.104', 'MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video', 'L'],
  ['.4.104.1', 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video', 'L'],
  ['.4.105', 'MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video', 'L'],
  ['.4.105.1', 'Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video', 'L'],
  ['.4.106', 'MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2', 'L'],
  ['.4.106.1', 'Fragmentable MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2', 'L'],
  ['.4.107', 'HEVC/H.265 Main Profile / Level 5.1', 'L'],
  ['.4.108', 'HEVC/H.265 Main 10 Profile / Level 5.1', 'L'],
  ['.4.110', 'JPEG XL Lossless', ''],
  ['.4.111', 'JPEG XL JPEG Recompression', 'L'],
  ['.4.112', 'JPEG XL', 'L'],
  ['.4.201', 'High-Throughput JPEG 2000 Image Compression (Lossless Only)', ''],
  ['.4.202', 'High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)', ''],
  ['.4.203', 'High-Throughput JPEG 2000 Image Compression', 'L'],
  ['.5', 'RLE Lossless', ''],
  ['.6.1', 'RFC 2557 MIME encapsulation', 'R'],
  ['.6.2', 'XML Encoding', 'R'],
  ['.8.1', 'Deflated Image Frame Compression', ''],
]

/** Every transfer syntax of PS3.6 Table A-1 that a stored instance can have. */
export const transferSyntaxes: ReadonlyMap<string, TransferSyntax> = new Map(
  [
    ...native,
    ...encapsulated.map(([suffix, name, flags]) => ({
      ...syntaxOf(suffix, name, flags, 'explicit-le'),
      encapsulated: true,
    })),
  ].map((syntax) => [syntax.uid, syntax]),
)

/** `undefined` for a syntax unknown here; PS3.5 A.4 makes every later one explicit little endian, encapsulated. */
export function findTransferSyntax(uid: string): TransferSyntax | undefined {
  return transferSyntaxes.get(uid)
}

/** How the elements of a data set are encoded; an unknown syntax reads as explicit little endian. */
export function encodingOf(transferSyntaxUid: string): TransferSyntaxEncoding {
  return transferSyntaxes.get(transferSyntaxUid)?.encoding ?? 'explicit-le'
}

function syntaxOf(suffix: string, name: string, flags: string, encoding: TransferSyntaxEncoding): TransferSyntax {
  const uid = `1.2.840.10008.1.2${suffix}`
  return { uid, name, encoding, encapsulated: false, lossy: flags.includes('L'), retired: flags.includes('R') }
}
