/** What one HL7 v2 message may ask of memory. */
export interface Hl7Limits {
  readonly maxHl7Bytes: number
  readonly maxHl7Segments: number
  readonly maxHl7SegmentBytes: number
}

const miB = 1024 * 1024

/** Room for a report with its PDF inside; a listener for ADT alone may set far less. */
export const hl7Limits: Hl7Limits = {
  maxHl7Bytes: 64 * miB,
  maxHl7Segments: 5_000,
  maxHl7SegmentBytes: 48 * miB,
}
