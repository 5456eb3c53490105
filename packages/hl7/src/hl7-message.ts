import { decodeHl7Text } from './decode-hl7-text.ts'
import { type Hl7Delimiters, parseDelimiters } from './delimiters.ts'
import { unescapeHl7 } from './escapes.ts'
import { Hl7Error } from './hl7-error.ts'
import { type Hl7Limits, hl7Limits } from './hl7-limits.ts'

/** A segment as it came; its fields are taken apart when they are asked for. */
export interface Hl7Segment {
  readonly name: string
  /** Fields by their number in the standard: `fields[3]` of PID is PID-3. Of MSH, `fields[1]` is the separator. */
  readonly fields: readonly string[]
}

export interface Hl7Message {
  readonly delimiters: Hl7Delimiters
  readonly segments: readonly Hl7Segment[]
}

const carriageReturn = 0x0d
const lineFeed = 0x0a

const maxFieldsPerSegment = 500
/** Repetitions of a field, components of a repetition, subcomponents of a component. */
const maxParts = 1_000

/** Reads a message of HL7 v2 in vertical bar notation. Segments end with CR; LF and CR LF are taken as well. */
export function parseHl7Message(bytes: Uint8Array, limits: Partial<Hl7Limits> = {}): Hl7Message {
  const bounds = { ...hl7Limits, ...limits }
  if (bytes.length === 0) throw new Hl7Error('empty')
  if (bytes.length > bounds.maxHl7Bytes) throw new Hl7Error('too-large', { limit: bounds.maxHl7Bytes })
  checkSegments(bytes, bounds)
  const delimiters = parseDelimiters(bytes)
  const text = decodeHl7Text(bytes, delimiters)
  const segments = text.split(/[\r\n]+/).flatMap((line) => (line === '' ? [] : [segmentOf(line, delimiters)]))
  return { delimiters, segments }
}

/** Before any text is made of the bytes: how many segments there are and how long the longest is. */
function checkSegments(bytes: Uint8Array, limits: Hl7Limits): void {
  let start = 0
  let count = 0
  for (let at = 0; at <= bytes.length; at++) {
    const byte = bytes[at]
    if (byte !== undefined && byte !== carriageReturn && byte !== lineFeed) continue
    if (at - start > limits.maxHl7SegmentBytes) {
      throw new Hl7Error('too-large', { where: 'segment', offset: start, limit: limits.maxHl7SegmentBytes })
    }
    if (at > start && ++count > limits.maxHl7Segments) {
      throw new Hl7Error('too-many-nodes', { where: 'segment', offset: start, limit: limits.maxHl7Segments })
    }
    start = at + 1
  }
}

function segmentOf(line: string, { field }: Hl7Delimiters): Hl7Segment {
  const fields = splitBounded(line, field, maxFieldsPerSegment)
  const name = fields[0] ?? ''
  if (!/^[A-Z][A-Z0-9]{2}$/.test(name)) throw new Hl7Error('malformed-hl7', { where: 'segment name' })
  return { name, fields: name === 'MSH' ? ['MSH', field, ...fields.slice(1)] : fields }
}

export function segmentsNamed(message: Hl7Message, name: string): readonly Hl7Segment[] {
  return message.segments.filter((segment) => segment.name === name)
}

/** A component of the first repetition, unescaped and trimmed: `valueAt(message, pid, 5, 1)` is PID-5.1. */
export function valueAt(
  message: Hl7Message,
  segment: Hl7Segment | undefined,
  field: number,
  component = 1,
): string | undefined {
  return componentOf(repetitionsOf(message, segment, field)[0], component)
}

/** A field's value with its components and subcomponents, unescaped. `parts[0][0]` is component 1, subcomponent 1. */
export interface Hl7Repetition {
  readonly parts: readonly (readonly string[])[]
}

export function repetitionsOf(
  { delimiters }: Hl7Message,
  segment: Hl7Segment | undefined,
  field: number,
): readonly Hl7Repetition[] {
  const text = segment?.fields[field] ?? ''
  if (text === '') return []
  return splitBounded(text, delimiters.repetition, maxParts).map((repetition) => ({
    parts: splitBounded(repetition, delimiters.component, maxParts).map((component) =>
      splitBounded(component, delimiters.subcomponent, maxParts).map((part) => unescapeHl7(part, delimiters)),
    ),
  }))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
const invisible = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g

/** `undefined` when empty, and when it is the HL7 null (`""`), which says: there is none. */
export function componentOf(
  repetition: Hl7Repetition | undefined,
  component: number,
  subcomponent = 1,
): string | undefined {
  // An escape (\\X00\\) may bring what the bytes may not; line breaks of a text stay.
  const value = repetition?.parts[component - 1]?.[subcomponent - 1]?.replace(invisible, '').trim()
  return value === undefined || value === '' || value === '""' ? undefined : value
}

/** A field of nothing but delimiters would cost many times its bytes. */
function splitBounded(text: string, separator: string, limit: number): readonly string[] {
  const parts = text.split(separator, limit + 1)
  if (parts.length > limit) throw new Hl7Error('too-many-nodes', { where: 'field', limit })
  return parts
}
