import { DicomError } from '../errors.ts'
import type { PersonNameJson } from '../json/dicom-json.ts'
import { vrInfoOf } from '../value-representations.ts'

export type TextEncoding = 'latin1' | 'utf8'

export interface ValueOptions {
  readonly path: string
  readonly textEncoding: TextEncoding
}

/** Bytes of DICOM JSON values, padded to even length (PS3.5 6.2): NUL for UI, space for other text. */
export function encodeValues(vr: string, values: readonly unknown[], { path, textEncoding }: ValueOptions): Buffer {
  if (values.length === 0) return Buffer.alloc(0)
  const { kind } = vrInfoOf(vr)
  if (kind === 'number') return Buffer.concat(values.map((value) => encodeNumber(vr, value, path)))
  if (kind === 'tag') return Buffer.concat(values.map((value) => encodeTag(value, path)))
  if (kind === 'binary' || kind === 'sequence') throw new DicomError('unencodable', { tagPath: path })
  const text = values
    .map((value) => (kind === 'person-name' ? personNameText(value, path) : plainText(value, path)))
    .join('\\')
  if (textEncoding === 'latin1' && /[^\0-\xff]/.test(text)) throw new DicomError('unencodable', { tagPath: path })
  const bytes = Buffer.from(text, textEncoding)
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(vr === 'UI' ? '\0' : ' ')])
}

function plainText(value: unknown, path: string): string {
  if (value === null) return ''
  if (typeof value === 'number') return decimalText(value)
  if (typeof value !== 'string') throw new DicomError('unencodable', { tagPath: path })
  return value
}

const maxDecimalStringLength = 16

const maxPrecision = 17

/** A DS has at most 16 characters (PS3.5 6.2): the notation that keeps most digits, then fewer digits. */
function decimalText(number: number): string {
  for (let digits = maxPrecision; digits > 0; digits--) {
    const rounded = Number(number.toPrecision(digits))
    const text = [String(rounded), rounded.toExponential()].find((form) => form.length <= maxDecimalStringLength)
    if (text !== undefined) return text
  }
  return '0'
}

function personNameText(value: unknown, path: string): string {
  if (value === null || typeof value === 'string') return value ?? ''
  if (typeof value !== 'object') throw new DicomError('unencodable', { tagPath: path })
  const { Alphabetic = '', Ideographic = '', Phonetic = '' } = value as PersonNameJson
  return [Alphabetic, Ideographic, Phonetic].join('=').replace(/=+$/, '')
}

function encodeTag(value: unknown, path: string): Buffer {
  if (typeof value !== 'string' || !/^[0-9A-Fa-f]{8}$/.test(value))
    throw new DicomError('unencodable', { tagPath: path })
  const bytes = Buffer.alloc(4)
  bytes.writeUInt16LE(Number.parseInt(value.slice(0, 4), 16), 0)
  bytes.writeUInt16LE(Number.parseInt(value.slice(4), 16), 2)
  return bytes
}

type NumberWriter = (bytes: Buffer, number: number) => void

const writers: Readonly<Record<string, NumberWriter>> = {
  US: (bytes, number) => bytes.writeUInt16LE(number),
  SS: (bytes, number) => bytes.writeInt16LE(number),
  UL: (bytes, number) => bytes.writeUInt32LE(number),
  SL: (bytes, number) => bytes.writeInt32LE(number),
  FL: (bytes, number) => bytes.writeFloatLE(number),
  FD: (bytes, number) => bytes.writeDoubleLE(number),
}

/** PS3.18 F.2.3 names for what JSON numbers cannot be. */
const namedNumbers: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
}

function encodeNumber(vr: string, value: unknown, path: string): Buffer {
  const bytes = Buffer.alloc(vrInfoOf(vr).unitBytes)
  try {
    if (vr === 'SV') bytes.writeBigInt64LE(BigInt(value as number | string))
    else if (vr === 'UV') bytes.writeBigUInt64LE(BigInt(value as number | string))
    else writers[vr]?.(bytes, typeof value === 'number' ? value : (namedNumbers[String(value)] ?? Number(value)))
  } catch (cause) {
    throw new DicomError('unencodable', { tagPath: path, cause })
  }
  return bytes
}
