/** Everything a report may ask of memory and time, by name. */
export interface ReportLimits {
  /** Of a report as it arrives, PDF and base64 included. */
  readonly maxReportBytes: number
  /** Of a CDA document once it is taken out of what carries it. */
  readonly maxXmlBytes: number
  readonly maxXmlDepth: number
  readonly maxXmlElements: number
  readonly maxXmlAttributesPerElement: number
  readonly maxJsonBytes: number
  readonly maxJsonDepth: number
  /** Values, names and structures of a JSON document. */
  readonly maxJsonNodes: number
  readonly maxPdfDepth: number
  /** Objects looked at in one PDF on the way to its embedded document. */
  readonly maxPdfObjects: number
  /** Names, numbers, strings and structures of all those objects. */
  readonly maxPdfValues: number
  /** Bytes of all those objects, counted each time they are read. */
  readonly maxPdfScannedBytes: number
  /** All streams of one PDF together, once inflated. */
  readonly maxInflatedBytes: number
  readonly maxHl7Bytes: number
  readonly maxHl7Segments: number
  readonly maxHl7SegmentBytes: number
  /** A document in a document in a document: a CDA in a PDF in a DocumentReference is the deepest that makes sense. */
  readonly maxNesting: number
  /** Identifiers, orders, studies, codes: of each kind. */
  readonly maxFactsPerKind: number
  /** Of the identifiers by which versions of a report are known. */
  readonly maxKeyChars: number
}

const kiB = 1024
const miB = 1024 * kiB

export const reportLimits: ReportLimits = {
  maxReportBytes: 64 * miB,
  maxXmlBytes: 16 * miB,
  maxXmlDepth: 100,
  maxXmlElements: 200_000,
  maxXmlAttributesPerElement: 100,
  maxJsonBytes: 64 * miB,
  maxJsonDepth: 64,
  maxJsonNodes: 500_000,
  maxPdfDepth: 32,
  maxPdfObjects: 10_000,
  maxPdfValues: 2_000_000,
  maxPdfScannedBytes: 128 * miB,
  maxInflatedBytes: 32 * miB,
  maxHl7Bytes: 64 * miB,
  maxHl7Segments: 5_000,
  maxHl7SegmentBytes: 48 * miB,
  maxNesting: 3,
  maxFactsPerKind: 1_000,
  maxKeyChars: 256,
}
