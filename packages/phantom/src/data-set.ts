import { type EncodableDataSet, type EncodableElement, encodeDataSet, tagOf, vrOf } from '@vna/dicom'

/** A data set by keyword; an array of data sets is a sequence. */
export interface Attributes {
  readonly [keyword: string]: AttributeValue
}
export type AttributeValue = string | number | readonly (string | number)[] | Uint8Array | readonly Attributes[]

/** Writes a data set in Explicit VR Little Endian, its text in ISO 8859-1, sequences and items with explicit length. */
export function encodeAttributes(attributes: Attributes): Uint8Array {
  return encodeDataSet(encodableOf(attributes), { encoding: 'explicit-le', characterSet: 'ISO_IR 100' })
}

function encodableOf(attributes: Attributes): EncodableDataSet {
  return Object.fromEntries(Object.entries(attributes).map(([keyword, value]) => [keyword, elementOf(keyword, value)]))
}

function elementOf(keyword: string, value: AttributeValue): EncodableElement {
  const tag = tagOf(keyword)
  if (tag === undefined) throw new RangeError(`unknown attribute ${keyword}`)
  const vr = vrOf(tag)
  if (value instanceof Uint8Array) return { vr, bytes: value }
  if (vr === 'SQ') return { vr, Value: (value as readonly Attributes[]).map(encodableOf) }
  return { vr, Value: Array.isArray(value) ? value : [value] }
}
