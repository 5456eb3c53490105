import { dictionaryVr, isPrivateTag, tagToHex, vrOf } from '../dictionary.ts'
import type { ScannedElement, ScanResult } from '../scan/scan-result.ts'
import { parseCharsets } from '../text/decode-text.ts'
import { EscapeBudget } from '../text/escape-budget.ts'
import { vrInfoOf } from '../value-representations.ts'
import type { DicomJson, DicomJsonElement } from './dicom-json.ts'
import { jsonValues, littleEndian } from './values.ts'

export interface DicomJsonOptions {
  /** `path` names the element: '7FE00010', or '00081115/0/00400008' inside sequences. */
  bulkDataUri(path: string, element: ScannedElement): string
  /** Longer binary values become BulkDataURI. */
  readonly maxInlineBytes: number
  /** Escape sequences that all text together may have; no limit where absent. */
  readonly maxEscapes?: number
}

const specificCharacterSetTag = 0x00080005
const pixelRepresentationTag = 0x00280103

/** DICOM JSON Model (PS3.18 F) of a data set scanned with `capture: 'all'`. File meta and group lengths are left out. */
export function toDicomJson(result: Pick<ScanResult, 'elements'>, options: DicomJsonOptions): DicomJson {
  return dataSetJson(result.elements, rootLevel(options))
}

export function rootLevel(options: DicomJsonOptions): Level {
  const escapes = options.maxEscapes === undefined ? undefined : new EscapeBudget(options.maxEscapes)
  return { options, escapes, prefix: '', charsets: [], signedPixels: false }
}

export interface Level {
  readonly options: DicomJsonOptions
  readonly escapes: EscapeBudget | undefined
  /** Path of the item, with a slash at its end. */
  readonly prefix: string
  /** Inherited from the level above unless it has its own (PS3.3 C.12.1.1.2). */
  readonly charsets: readonly string[]
  /** Pixel Representation, inherited likewise: decides "US or SS". */
  readonly signedPixels: boolean
}

function dataSetJson(elements: readonly ScannedElement[], level: Level): DicomJson {
  const here = ownLevel(elements, level)
  const json: Record<string, DicomJsonElement> = {}
  for (const element of elements) {
    if (isLeftOut(element.tag)) continue
    const key = tagToHex(element.tag)
    // The first of two elements with one tag counts, as it does for the identity.
    if (json[key] === undefined) json[key] = elementJson(element, key, here)
  }
  return json
}

/** With the character set and the pixel representation the data set states itself. */
export function ownLevel(elements: readonly ScannedElement[], level: Level): Level {
  let { charsets, signedPixels } = level
  for (const { tag, value } of elements) {
    if (tag === specificCharacterSetTag && value) charsets = parseCharsets(value)
    if (tag === pixelRepresentationTag) signedPixels = value?.[0] === 1 || value?.[1] === 1
    if (tag >= pixelRepresentationTag) break
  }
  return { ...level, charsets, signedPixels }
}

/** Group lengths, command set and file meta. */
export function isLeftOut(tag: number): boolean {
  const group = tag >>> 16
  return (tag & 0xffff) === 0 || group === 0x0000 || group === 0x0002
}

export function elementJson(element: ScannedElement, key: string, level: Level): DicomJsonElement {
  const { items, value, length } = element
  if (items) return sequenceJson(items, key, level)
  const vr = jsonVr(element, level.signedPixels)
  if (length === 0) return { vr }
  const binary = vrInfoOf(vr).kind === 'binary'
  if (value === undefined || (binary && length > level.options.maxInlineBytes)) {
    return { vr, BulkDataURI: level.options.bulkDataUri(level.prefix + key, element) }
  }
  if (binary) return { vr, InlineBinary: base64(littleEndian(value, vr, element.bigEndian)) }
  const values = jsonValues(value, {
    vr,
    bigEndian: element.bigEndian,
    charsets: level.charsets,
    escapes: level.escapes,
  })
  return values.length === 0 ? { vr } : { vr, Value: values }
}

function sequenceJson(items: NonNullable<ScannedElement['items']>, key: string, level: Level): DicomJsonElement {
  if (items.length === 0) return { vr: 'SQ' }
  const value = items.map((item, index) =>
    dataSetJson(item.elements, { ...level, prefix: `${level.prefix}${key}/${index}/` }),
  )
  return { vr: 'SQ', Value: value }
}

/** PS3.5 6.2.2: an application that knows the element may read UN by its own dictionary; sequences stay opaque. */
function jsonVr({ tag, vr }: ScannedElement, signedPixels: boolean): string {
  if (vr !== 'UN' || isPrivateTag(tag)) return vr
  const known = dictionaryVr(tag)
  if (known === undefined || known === 'SQ') return vr
  return known === 'xs' && signedPixels ? 'SS' : vrOf(tag)
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}
