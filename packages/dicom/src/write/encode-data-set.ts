import { parseTag, tagToHex } from '../dictionary.ts'
import { DicomError } from '../errors.ts'
import type { DicomJsonElement } from '../json/dicom-json.ts'
import { valueRepresentations, vrInfoOf } from '../value-representations.ts'
import { encodeElementHeader, encodeTagAndLength, maxShortLengthBytes } from './encode-header.ts'
import { encodeValues, type TextEncoding } from './encode-values.ts'

/** Keys are 'GGGGEEEE' or keywords. DICOM JSON, and for what JSON cannot hold: raw bytes in little endian, or the fragments of encapsulated pixel data. */
export type EncodableElement = Omit<DicomJsonElement, 'Value'> & {
  readonly Value?: readonly unknown[]
  readonly bytes?: Uint8Array
  /** The first is the Basic Offset Table, possibly empty. */
  readonly fragments?: readonly Uint8Array[]
}

export interface EncodableDataSet {
  readonly [tag: string]: EncodableElement
}

export interface EncodeOptions {
  readonly encoding: 'implicit-le' | 'explicit-le'
  /** Of sequences and items. Default `defined`. */
  readonly lengths?: 'defined' | 'undefined'
  /** Of text that is more than ASCII. Default `ISO_IR 192`, which is UTF-8; `ISO_IR 100` is ISO 8859-1. */
  readonly characterSet?: CharacterSetTerm
}

type CharacterSetTerm = 'ISO_IR 100' | 'ISO_IR 192'

const textEncodings: Readonly<Record<CharacterSetTerm, TextEncoding>> = { 'ISO_IR 100': 'latin1', 'ISO_IR 192': 'utf8' }
const specificCharacterSet = '00080005'
const undefinedLength = 0xffffffff
const itemTag = 0xfffee000
const itemDelimitationTag = 0xfffee00d
const sequenceDelimitationTag = 0xfffee0dd
/** Deeper input is refused: this writer is for small data sets of our own. */
const maxEncodedDepth = 64

/**
 * Writes a data set in ascending tag order (PS3.5 7.1). Where text is more than ASCII, Specific Character Set
 * becomes that of the options at the top and vanishes from items. Throws DicomError 'unencodable' with the tag path.
 */
export function encodeDataSet(dataSet: EncodableDataSet, options: EncodeOptions): Uint8Array {
  const { characterSet = 'ISO_IR 192' } = options
  const extended = hasExtendedText(dataSet) ? characterSet : undefined
  const textEncoding = textEncodings[characterSet]
  return Buffer.concat(encodeElements(dataSet, { options, textEncoding, extended, path: '', depth: 0 }))
}

interface Writing {
  readonly options: EncodeOptions
  readonly textEncoding: TextEncoding
  /** What Specific Character Set must say; `undefined` where all text is ASCII. */
  readonly extended: CharacterSetTerm | undefined
  readonly path: string
  readonly depth: number
}

function encodeElements(dataSet: EncodableDataSet, writing: Writing): Uint8Array[] {
  const elements = new Map(Object.entries(dataSet).map(([key, element]) => [hexOf(key, writing), element]))
  const { extended } = writing
  if (extended && writing.depth === 0) elements.set(specificCharacterSet, { vr: 'CS', Value: [extended] })
  else if (extended) elements.delete(specificCharacterSet)
  const sorted = [...elements].sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.flatMap(([key, element]) => encodeElement(key, element, writing))
}

function hexOf(key: string, writing: Writing): string {
  const tag = parseTag(key)
  if (tag === undefined) throw new DicomError('unencodable', { tagPath: writing.path + key })
  return tagToHex(tag)
}

function encodeElement(key: string, element: EncodableElement, writing: Writing): Uint8Array[] {
  const path = writing.path + key
  if (!valueRepresentations.has(element.vr) || element.BulkDataURI !== undefined)
    throw new DicomError('unencodable', { tagPath: path })
  const tag = Number.parseInt(key, 16)
  if (element.vr === 'SQ') return encodeSequence(tag, element, { ...writing, path })
  if (element.fragments) return encodeFragments(tag, element, writing)
  const value = valueBytes(element, { ...writing, path })
  return [headerOf(tag, element.vr, value.length, { ...writing, path }), value]
}

function valueBytes(element: EncodableElement, { path, textEncoding }: Writing): Uint8Array {
  if (element.bytes) return padded(element.bytes)
  if (element.InlineBinary !== undefined) return padded(Buffer.from(element.InlineBinary, 'base64'))
  return encodeValues(element.vr, element.Value ?? [], { path, textEncoding })
}

function padded(bytes: Uint8Array): Uint8Array {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)])
}

function headerOf(tag: number, vr: string, length: number, writing: Writing): Buffer {
  if (writing.options.encoding === 'implicit-le') return encodeTagAndLength(tag, length)
  if (!vrInfoOf(vr).longForm && length > maxShortLengthBytes)
    throw new DicomError('unencodable', { tagPath: writing.path })
  return encodeElementHeader(tag, vr, length)
}

function encodeSequence(tag: number, element: EncodableElement, writing: Writing): Uint8Array[] {
  if (writing.depth >= maxEncodedDepth) throw new DicomError('unencodable', { tagPath: writing.path })
  const open = writing.options.lengths === 'undefined'
  const items = (element.Value ?? []).flatMap((item, index) => {
    const inner = { ...writing, path: `${writing.path}/${index}/`, depth: writing.depth + 1 }
    const content = Buffer.concat(encodeElements((item ?? {}) as EncodableDataSet, inner))
    return open
      ? [encodeTagAndLength(itemTag, undefinedLength), content, encodeTagAndLength(itemDelimitationTag, 0)]
      : [encodeTagAndLength(itemTag, content.length), content]
  })
  const length = items.reduce((sum, part) => sum + part.length, 0)
  if (!open) return [headerOf(tag, 'SQ', length, writing), ...items]
  return [headerOf(tag, 'SQ', undefinedLength, writing), ...items, encodeTagAndLength(sequenceDelimitationTag, 0)]
}

function encodeFragments(tag: number, element: EncodableElement, writing: Writing): Uint8Array[] {
  const fragments = (element.fragments ?? []).map(padded)
  return [
    headerOf(tag, element.vr, undefinedLength, writing),
    ...fragments.flatMap((fragment) => [encodeTagAndLength(itemTag, fragment.length), fragment]),
    encodeTagAndLength(sequenceDelimitationTag, 0),
  ]
}

/** Looks through text values of all levels for anything but ASCII. */
function hasExtendedText(dataSet: EncodableDataSet): boolean {
  return Object.values(dataSet).some(({ vr, Value }) => {
    if (!Value) return false
    if (vr === 'SQ') return Value.some((item) => item !== null && hasExtendedText(item as EncodableDataSet))
    return (
      vrInfoOf(vr).extendedText &&
      /[^\0-\x7f]/.test(typeof Value[0] === 'string' ? Value.join('') : JSON.stringify(Value))
    )
  })
}
