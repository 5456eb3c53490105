import { tagToHex } from '../dictionary.ts'
import { decodeText } from '../text/decode-text.ts'
import type { EscapeBudget } from '../text/escape-budget.ts'
import { vrInfoOf } from '../value-representations.ts'
import type { DicomJsonValue, PersonNameJson } from './dicom-json.ts'

export interface ValueContext {
  readonly vr: string
  readonly bigEndian: boolean
  readonly charsets: readonly string[]
  readonly escapes?: EscapeBudget | undefined
}

/** The values of one element as PS3.18 Table F.2.3-1 maps them; empty ones are null. */
export function jsonValues(value: Uint8Array, context: ValueContext): readonly DicomJsonValue[] {
  const { kind, multiValued } = vrInfoOf(context.vr)
  if (kind === 'number') return numbers(value, context)
  if (kind === 'tag') return tags(value, context.bigEndian)
  const text = decodeText(value, context.charsets, context.vr, context.escapes)
  if (text === '') return []
  const parts = multiValued && text.includes('\\') ? text.split('\\') : [text]
  if (kind === 'person-name') return parts.map(personNameJson)
  if (kind === 'number-text') return parts.map((part) => numberOrText(part, context.vr))
  return multiValued ? parts.map(trimmedOrNull) : parts
}

/** The bytes in little endian order, whatever the transfer syntax: what InlineBinary and bulk data carry. */
export function littleEndian(value: Uint8Array, vr: string, bigEndian: boolean): Uint8Array {
  const { unitBytes } = vrInfoOf(vr)
  if (!bigEndian || unitBytes === 1) return value
  const swapped = new Uint8Array(value)
  const units = Math.floor(value.length / unitBytes)
  for (let unit = 0; unit < units; unit++) swapped.subarray(unit * unitBytes, (unit + 1) * unitBytes).reverse()
  return swapped
}

/** Alphabetic, ideographic, phonetic (PS3.5 6.2.1.1). */
function personNameJson(text: string): PersonNameJson | null {
  const [alphabetic = '', ideographic = '', phonetic = ''] = text.split('=').map((group) => group.trim())
  if (!alphabetic && !ideographic && !phonetic) return null
  return {
    ...(alphabetic && { Alphabetic: alphabetic }),
    ...(ideographic && { Ideographic: ideographic }),
    ...(phonetic && { Phonetic: phonetic }),
  }
}

function trimmedOrNull(part: string): string | null {
  return part.trim() || null
}

/** Four times what a DS may have; also bounds the backtracking of the patterns below. */
const maxNumberLength = 64
const decimalString = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const integerString = /^[+-]?\d+$/

/** DS and IS: a number, or the string where it is none or a number would lose digits. */
function numberOrText(part: string, vr: string): number | string | null {
  const text = part.trim()
  if (text === '') return null
  if (text.length > maxNumberLength) return text
  const number = Number(text)
  if (!Number.isFinite(number) || !(vr === 'IS' ? integerString : decimalString).test(text)) return text
  return integerString.test(text) && !Number.isSafeInteger(number) ? text : positiveZero(number)
}

function tags(value: Uint8Array, bigEndian: boolean): string[] {
  const view = viewOf(value)
  const le = !bigEndian
  return Array.from({ length: Math.floor(value.length / 4) }, (_, i) =>
    tagToHex(((view.getUint16(i * 4, le) << 16) | view.getUint16(i * 4 + 2, le)) >>> 0),
  )
}

type NumberReader = (view: DataView, at: number, littleEndian: boolean) => number | string

const readers: Readonly<Record<string, NumberReader>> = {
  US: (view, at, le) => view.getUint16(at, le),
  SS: (view, at, le) => view.getInt16(at, le),
  UL: (view, at, le) => view.getUint32(at, le),
  SL: (view, at, le) => view.getInt32(at, le),
  FL: (view, at, le) => finiteOrName(view.getFloat32(at, le)),
  FD: (view, at, le) => finiteOrName(view.getFloat64(at, le)),
  SV: (view, at, le) => safeOrText(view.getBigInt64(at, le)),
  UV: (view, at, le) => safeOrText(view.getBigUint64(at, le)),
}

function numbers(value: Uint8Array, { vr, bigEndian }: ValueContext): (number | string)[] {
  const { unitBytes } = vrInfoOf(vr)
  const read = readers[vr]
  if (!read) return []
  const view = viewOf(value)
  const values: (number | string)[] = []
  for (let at = 0; at + unitBytes <= value.length; at += unitBytes) values.push(read(view, at, !bigEndian))
  return values
}

/** JSON has no NaN and no infinities: PS3.18 F.2.3 names them. */
function finiteOrName(number: number): number | string {
  if (Number.isFinite(number)) return positiveZero(number)
  if (Number.isNaN(number)) return 'NaN'
  return number > 0 ? 'inf' : '-inf'
}

/** JSON.stringify drops the sign of zero; so does the value, or text and value would differ. */
function positiveZero(number: number): number {
  return number === 0 ? 0 : number
}

function safeOrText(integer: bigint): number | string {
  const number = Number(integer)
  return Number.isSafeInteger(number) ? number : String(integer)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
