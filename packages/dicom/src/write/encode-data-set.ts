import { parseTag, tagToHex } from '../dictionary.ts'
import { DicomError } from '../errors.ts'
import type { DicomJsonElement } from '../json/dicom-json.ts'
import { valueRepresentations, vrInfoOf } from '../value-representations.ts'
import { encodeValues } from './encode-values.ts'

/** Keys are 'GGGGEEEE' or keywords. DICOM JSON, and for what JSON cannot hold: raw bytes in little endian, or the fragments of encapsulated pixel data. */
export type EncodableElement = Omit<DicomJsonElement, 'Value'> & {
  readonly Value?: readonly unknown[]
  readonly bytes?: Uint8Array
  /** The first is the Basic Offset Table, possibly empty. */
  readonly fragments?: readonly Uint8Array[]
}

export type EncodableDataSet = { readonly [tag: string]: EncodableElement }

export type EncodeOptions = {
  readonly encoding: 'implicit-le' | 'explicit-le'
  /** Of sequences and items. Default `defined`. */
  readonly lengths?: 'defined' | 'undefined'
}

const utf8Term = 'ISO_IR 192'
const specificCharacterSet = '00080005'
const undefinedLength = 0xffffffff
const itemTag = 0xfffee000
const itemDelimitationTag = 0xfffee00d
const sequenceDelimitationTag = 0xfffee0dd
const maxShortLength = 0xffff
/** Deeper input is refused: this writer is for small data sets of our own. */
const maxEncodedDepth = 64

/**
 * Writes a data set in ascending tag order (PS3.5 7.1). Text is UTF-8: where it is more than ASCII, Specific Character
 * Set becomes ISO_IR 192 at the top and vanishes from items. Throws DicomError 'unencodable' with the tag path.
 */
export function encodeDataSet(dataSet: EncodableDataSet, options: EncodeOptions): Uint8Array {
  const extended = hasExtendedText(dataSet)
  return Buffer.concat(encodeElements(dataSet, { options, extended, path: '', depth: 0 }))
}

type Writing = {
  readonly options: EncodeOptions
  readonly extended: boolean
  readonly path: string
  readonly depth: number
}

function encodeElements(dataSet: EncodableDataSet, writing: Writing): Uint8Array[] {
  const elements = new Map(Object.entries(dataSet).map(([key, element]) => [hexOf(key, writing), element]))
  const charset: EncodableElement = { vr: 'CS', Value: [utf8Term] }
  if (writing.extended && writing.depth === 0) elements.set(specificCharacterSet, charset)
  else if (writing.extended) elements.delete(specificCharacterSet)
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
  const value = valueBytes(element, path)
  return [headerOf(tag, element.vr, value.length, { ...writing, path }), value]
}

function valueBytes(element: EncodableElement, path: string): Uint8Array {
  if (element.bytes) return padded(element.bytes)
  if (element.InlineBinary !== undefined) return padded(Buffer.from(element.InlineBinary, 'base64'))
  return encodeValues(element.vr, element.Value ?? [], path)
}

function padded(bytes: Uint8Array): Uint8Array {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)])
}

function headerOf(tag: number, vr: string, length: number, writing: Writing): Buffer {
  const explicit = writing.options.encoding === 'explicit-le'
  const longForm = explicit && vrInfoOf(vr).longForm
  if (explicit && !longForm && length > maxShortLength) throw new DicomError('unencodable', { tagPath: writing.path })
  const header = Buffer.alloc(longForm ? 12 : 8)
  header.writeUInt16LE(tag >>> 16, 0)
  header.writeUInt16LE(tag & 0xffff, 2)
  if (explicit) header.write(vr, 4, 'latin1')
  if (longForm) header.writeUInt32LE(length, 8)
  else if (explicit) header.writeUInt16LE(length, 6)
  else header.writeUInt32LE(length, 4)
  return header
}

function delimiter(tag: number, length: number): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt16LE(tag >>> 16, 0)
  header.writeUInt16LE(tag & 0xffff, 2)
  header.writeUInt32LE(length, 4)
  return header
}

function encodeSequence(tag: number, element: EncodableElement, writing: Writing): Uint8Array[] {
  if (writing.depth >= maxEncodedDepth) throw new DicomError('unencodable', { tagPath: writing.path })
  const open = writing.options.lengths === 'undefined'
  const items = (element.Value ?? []).flatMap((item, index) => {
    const inner = { ...writing, path: `${writing.path}/${index}/`, depth: writing.depth + 1 }
    const content = Buffer.concat(encodeElements((item ?? {}) as EncodableDataSet, inner))
    return open
      ? [delimiter(itemTag, undefinedLength), content, delimiter(itemDelimitationTag, 0)]
      : [delimiter(itemTag, content.length), content]
  })
  const length = items.reduce((sum, part) => sum + part.length, 0)
  if (!open) return [headerOf(tag, 'SQ', length, writing), ...items]
  return [headerOf(tag, 'SQ', undefinedLength, writing), ...items, delimiter(sequenceDelimitationTag, 0)]
}

function encodeFragments(tag: number, element: EncodableElement, writing: Writing): Uint8Array[] {
  const fragments = (element.fragments ?? []).map(padded)
  return [
    headerOf(tag, element.vr, undefinedLength, writing),
    ...fragments.flatMap((fragment) => [delimiter(itemTag, fragment.length), fragment]),
    delimiter(sequenceDelimitationTag, 0),
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
