import { UlError } from '../errors.ts'
import { asciiText } from '../pdu/item-cursor.ts'

/** Command fields (PS3.7 E.1). A response is its request with the high bit set. */
export const commandFields = {
  cStoreRq: 0x0001,
  cGetRq: 0x0010,
  cFindRq: 0x0020,
  cMoveRq: 0x0021,
  cEchoRq: 0x0030,
  nEventReportRq: 0x0100,
  nGetRq: 0x0110,
  nSetRq: 0x0120,
  nActionRq: 0x0130,
  nCreateRq: 0x0140,
  nDeleteRq: 0x0150,
  cCancelRq: 0x0fff,
} as const
export const responseBit = 0x8000
/** Command Data Set Type (0000,0800): no data set follows. Any other value: one does. */
export const noDataSet = 0x0101
const dataSetPresent = 0x0000
const errorCommentCharacters = 64

/** A command set (PS3.7 E.1), fields by keyword; `commandDataSetType` is `hasDataSet`. */
export interface CommandSet {
  readonly commandField: number
  readonly hasDataSet: boolean
  readonly messageId?: number
  readonly messageIdBeingRespondedTo?: number
  readonly affectedSopClassUid?: string
  readonly requestedSopClassUid?: string
  readonly affectedSopInstanceUid?: string
  readonly requestedSopInstanceUid?: string
  readonly moveDestination?: string
  readonly priority?: number
  readonly status?: number
  readonly offendingElement?: readonly number[]
  readonly errorComment?: string
  readonly errorId?: number
  readonly eventTypeId?: number
  readonly attributeIdentifierList?: readonly number[]
  readonly actionTypeId?: number
  readonly numberOfRemainingSuboperations?: number
  readonly numberOfCompletedSuboperations?: number
  readonly numberOfFailedSuboperations?: number
  readonly numberOfWarningSuboperations?: number
  readonly moveOriginatorApplicationEntityTitle?: string
  readonly moveOriginatorMessageId?: number
}

type CommandVr = 'UI' | 'US' | 'AE' | 'LO' | 'AT'
type CommandKeyword = Exclude<keyof CommandSet, 'hasDataSet'>

/** Elements of group 0000 in ascending order; (0000,0000) and (0000,0800) are written and read on their own. */
const commandElements: readonly (readonly [element: number, keyword: CommandKeyword, vr: CommandVr])[] = [
  [0x0002, 'affectedSopClassUid', 'UI'],
  [0x0003, 'requestedSopClassUid', 'UI'],
  [0x0100, 'commandField', 'US'],
  [0x0110, 'messageId', 'US'],
  [0x0120, 'messageIdBeingRespondedTo', 'US'],
  [0x0600, 'moveDestination', 'AE'],
  [0x0700, 'priority', 'US'],
  [0x0900, 'status', 'US'],
  [0x0901, 'offendingElement', 'AT'],
  [0x0902, 'errorComment', 'LO'],
  [0x0903, 'errorId', 'US'],
  [0x1000, 'affectedSopInstanceUid', 'UI'],
  [0x1001, 'requestedSopInstanceUid', 'UI'],
  [0x1002, 'eventTypeId', 'US'],
  [0x1005, 'attributeIdentifierList', 'AT'],
  [0x1008, 'actionTypeId', 'US'],
  [0x1020, 'numberOfRemainingSuboperations', 'US'],
  [0x1021, 'numberOfCompletedSuboperations', 'US'],
  [0x1022, 'numberOfFailedSuboperations', 'US'],
  [0x1023, 'numberOfWarningSuboperations', 'US'],
  [0x1030, 'moveOriginatorApplicationEntityTitle', 'AE'],
  [0x1031, 'moveOriginatorMessageId', 'US'],
]
const elementByNumber = new Map(commandElements.map((entry) => [entry[0], entry]))
const commandDataSetType = 0x0800
const elementHeaderBytes = 8
const groupLengthBytes = elementHeaderBytes + 4

/**
 * Parses a whole command set: implicit VR little endian whatever the presentation context (PS3.7 6.3.1). Unknown
 * elements of group 0000, retired ones too, are skipped. Throws `command-set-invalid` with the offset.
 */
export function parseCommandSet(bytes: Uint8Array): CommandSet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields: { -readonly [Keyword in keyof CommandSet]?: unknown } = { hasDataSet: false }
  let offset = 0
  while (offset < bytes.length) {
    if (bytes.length - offset < elementHeaderBytes) throw invalid('element header is cut off', offset)
    if (view.getUint16(offset, true) !== 0) throw invalid('element outside group 0000', offset)
    const element = view.getUint16(offset + 2, true)
    const length = view.getUint32(offset + 4, true)
    const start = offset + elementHeaderBytes
    if (length > bytes.length - start) throw invalid('element reaches past the end', offset)
    const value = bytes.subarray(start, start + length)
    if (element === commandDataSetType) fields.hasDataSet = parseUint16(value, offset) !== noDataSet
    const known = elementByNumber.get(element)
    if (known !== undefined && length > 0) fields[known[1]] = parseValue(known[2], value, offset)
    offset = start + length
  }
  if (fields.commandField === undefined) throw invalid('command field is missing', 0)
  return fields as CommandSet
}

function invalid(problem: string, offset: number): UlError {
  return new UlError('command-set-invalid', problem, { details: { offset } })
}

function parseUint16(value: Uint8Array, offset: number): number {
  if (value.length < 2) throw invalid('US value is too short', offset)
  return (value[0] as number) | ((value[1] as number) << 8)
}

function parseValue(vr: CommandVr, value: Uint8Array, offset: number): unknown {
  switch (vr) {
    case 'US':
      return parseUint16(value, offset)
    case 'AT':
      return parseTags(value)
    case 'UI':
    case 'AE':
    case 'LO':
      return asciiText(value)
  }
}

function parseTags(value: Uint8Array): number[] {
  const tags: number[] = []
  for (let at = 0; at + 4 <= value.length; at += 4) {
    tags.push(parseUint16(value.subarray(at), at) * 0x10000 + parseUint16(value.subarray(at + 2), at))
  }
  return tags
}

/** Encodes a command set with its group length. `reservedBytes` are left free in front of it, for PDU and PDV header. */
export function encodeCommandSet(command: CommandSet, reservedBytes = 0): Buffer {
  const target = Buffer.allocUnsafe(reservedBytes + sizeOf(command))
  const start = reservedBytes + groupLengthBytes
  let at = start
  let dataSetTypeWritten = false
  for (const [element, keyword, vr] of commandElements) {
    if (!dataSetTypeWritten && element > commandDataSetType) {
      at = writeUint16(target, at, commandDataSetType, command.hasDataSet ? dataSetPresent : noDataSet)
      dataSetTypeWritten = true
    }
    const value = command[keyword]
    if (value !== undefined) at = writeElement(target, at, { element, vr, value })
  }
  writeHeader(target, reservedBytes, 0x0000, 4)
  target.writeUInt32LE(at - start, reservedBytes + elementHeaderBytes)
  return target.subarray(0, at)
}

/** An upper bound: every text value with its padding byte. */
function sizeOf(command: CommandSet): number {
  let size = groupLengthBytes + elementHeaderBytes + 2
  for (const [, keyword] of commandElements) {
    const value = command[keyword]
    if (value === undefined) continue
    const valueBytes = typeof value === 'number' ? 2 : typeof value === 'string' ? value.length + 1 : value.length * 4
    size += elementHeaderBytes + valueBytes
  }
  return size
}

function writeHeader(target: Buffer, at: number, element: number, length: number): void {
  target.writeUInt16LE(0, at)
  target.writeUInt16LE(element, at + 2)
  target.writeUInt32LE(length, at + 4)
}

function writeUint16(target: Buffer, at: number, element: number, value: number): number {
  writeHeader(target, at, element, 2)
  target.writeUInt16LE(value, at + elementHeaderBytes)
  return at + elementHeaderBytes + 2
}

function writeElement(
  target: Buffer,
  at: number,
  o: { element: number; vr: CommandVr; value: string | number | readonly number[] },
): number {
  if (typeof o.value === 'number') return writeUint16(target, at, o.element, o.value)
  if (typeof o.value === 'string') return writeText(target, at, { ...o, value: o.value })
  writeHeader(target, at, o.element, o.value.length * 4)
  let end = at + elementHeaderBytes
  for (const tag of o.value) {
    target.writeUInt16LE(tag >>> 16, end)
    target.writeUInt16LE(tag & 0xffff, end + 2)
    end += 4
  }
  return end
}

function writeText(target: Buffer, at: number, o: { element: number; vr: CommandVr; value: string }): number {
  const value = o.vr === 'LO' ? printable(o.value) : o.value
  const start = at + elementHeaderBytes
  target.write(value, start, 'latin1')
  let end = start + value.length
  if (value.length % 2 === 1) target[end++] = o.vr === 'UI' ? 0 : 0x20
  writeHeader(target, at, o.element, end - start)
  return end
}

/** Error Comment is LO in the default repertoire: 64 characters, no control characters and no backslash (PS3.5 6.2). */
function printable(text: string): string {
  return text.slice(0, errorCommentCharacters).replace(/[^\x20-\x5b\x5d-\x7e]/g, '?')
}
