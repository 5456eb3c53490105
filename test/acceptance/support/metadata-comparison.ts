import type { DumpDataSet } from './dcmdump.ts'
import type { PydicomDataSet, PydicomElement } from './pydicom.ts'

/** One element of `/metadata` (PS3.18 F.2.2). */
export interface JsonElement {
  readonly vr: string
  readonly Value?: readonly unknown[]
  readonly InlineBinary?: string
  readonly BulkDataURI?: string
}
export type JsonDataSet = Readonly<Record<string, JsonElement>>

/** What only a further request can compare: the bytes behind a BulkDataURI. */
export interface BulkReference {
  readonly path: string
  readonly uri: string
  readonly expected: PydicomElement
}

export interface Comparison {
  readonly differences: string[]
  readonly bulk: BulkReference[]
  /** Elements really compared: a comparison of nothing must not pass. */
  compared: number
}

const textVrs = new Set(['AE', 'AS', 'CS', 'DA', 'DT', 'LO', 'LT', 'PN', 'SH', 'ST', 'TM', 'UC', 'UI', 'UR', 'UT'])
const numberVrs = new Set(['DS', 'IS', 'FL', 'FD', 'SL', 'SS', 'SV', 'UL', 'US', 'UV'])
const binaryVrs = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN'])
const specificCharacterSet = '00080005'

/** Compares every element, at every level, with what pydicom read from the same file. */
export function compareWithPydicom(ours: JsonDataSet, theirs: PydicomDataSet): Comparison {
  const comparison: Comparison = { differences: [], bulk: [], compared: 0 }
  compareLevel(ours, theirs, '', comparison)
  return comparison
}

function compareLevel(ours: JsonDataSet, theirs: PydicomDataSet, path: string, comparison: Comparison): void {
  const { differences } = comparison
  for (const [tag, expected] of Object.entries(theirs)) {
    // PS3.18 F.2.2: group lengths are not part of the DICOM JSON model.
    if (tag.endsWith('0000')) continue
    const actual = ours[tag]
    if (actual === undefined) differences.push(`${path}${tag}: missing (pydicom has ${show(expected)})`)
    else compareElement(actual, expected, `${path}${tag}`, comparison)
  }
  for (const tag of Object.keys(ours)) {
    // The JSON text is UTF-8, which (0008,0005) may say where the file had none (PS3.18 F.2.2).
    if (theirs[tag] === undefined && tag !== specificCharacterSet) differences.push(`${path}${tag}: not in the file`)
  }
}

function compareElement(actual: JsonElement, expected: PydicomElement, path: string, comparison: Comparison): void {
  comparison.compared += 1
  // PS3.18 F.2.2: the JSON is UTF-8, so the file's own character set is not what it says any more.
  if (path.endsWith(specificCharacterSet) && JSON.stringify(actual.Value) === '["ISO_IR 192"]') return
  if (!isSameVr(actual.vr, expected.vr)) compareOtherVr(actual, expected, path, comparison)
  else if (actual.vr === 'SQ') compareItems(actual, expected, path, comparison)
  else if (binaryVrs.has(actual.vr)) compareBinary(actual, expected, path, comparison)
  else {
    const [left, right] = [textOf(actual.vr, actual.Value), textOf(actual.vr, expected.Value)]
    if (left !== right) comparison.differences.push(`${path} ${actual.vr}: ${quote(left)} (pydicom ${quote(right)})`)
  }
}

/** Where (0028,0103) or the group leave it open, pydicom keeps both names: "OB or OW" (PS3.5 A.1). */
const isSameVr = (actual: string, expected = ''): boolean => expected.split(' or ').includes(actual)

/**
 * pydicom knows the private dictionaries of some vendors and names their VR, where the file says none (implicit VR) or
 * UN: then UN with the same bytes is right. Any other difference is one.
 */
function compareOtherVr(actual: JsonElement, expected: PydicomElement, path: string, comparison: Comparison): void {
  const isPrivate = Number.parseInt(path.slice(-8, -4), 16) % 2 === 1
  const isUnnamed = expected.fileVr === undefined || expected.fileVr === 'UN'
  if (actual.vr !== 'UN' || !isPrivate || !isUnnamed) {
    comparison.differences.push(`${path}: VR ${actual.vr} (pydicom ${show(expected)})`)
  } else if (expected.sha256 !== undefined) compareBinary(actual, expected, path, comparison)
  else if (expected.raw !== undefined && (actual.InlineBinary ?? '') !== expected.raw) {
    comparison.differences.push(`${path} UN: other bytes (pydicom ${show(expected)})`)
  }
}

function compareItems(actual: JsonElement, expected: PydicomElement, path: string, comparison: Comparison): void {
  const ours = (actual.Value ?? []) as readonly JsonDataSet[]
  const theirs = (expected.Value ?? []) as readonly PydicomDataSet[]
  if (ours.length !== theirs.length) {
    comparison.differences.push(`${path}: ${ours.length} items (pydicom ${theirs.length})`)
    return
  }
  for (const [index, item] of theirs.entries()) compareLevel(ours[index]!, item, `${path}/${index}/`, comparison)
}

function compareBinary(actual: JsonElement, expected: PydicomElement, path: string, comparison: Comparison): void {
  if (actual.BulkDataURI !== undefined) {
    comparison.bulk.push({ path, uri: actual.BulkDataURI, expected })
    return
  }
  if (expected.sha256 !== undefined && expected.InlineBinary === undefined) {
    comparison.differences.push(`${path} ${actual.vr}: ${expected.length} bytes, neither inline nor referred to`)
    return
  }
  if ((actual.InlineBinary ?? '') !== (expected.InlineBinary ?? '')) {
    comparison.differences.push(`${path} ${actual.vr}: other bytes (pydicom ${show(expected)})`)
  }
}

/** Values as one line of text. Padding is not part of a value (PS3.5 6.2); numbers are compared as numbers. */
function textOf(vr: string, values: readonly unknown[] = []): string {
  return values.map((value) => valueText(vr, value)).join('\\')
}

function valueText(vr: string, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (vr === 'PN') return nameText(value as Record<string, string>)
  // DS and IS are text in the file and numbers in JSON: "1.0", "+1" and "1" are the same value (PS3.18 F.2.3).
  if (numberVrs.has(vr)) return String(Number(value))
  return trimPadding(vr, String(value))
}

/** A person name's three component groups; the empty ones at the end say nothing (PS3.5 6.2.1). */
function nameText(value: Readonly<Record<string, string>>): string {
  const groups = [value.Alphabetic, value.Ideographic, value.Phonetic].map((group) => (group ?? '').trim())
  return groups.join('=').replace(/=+$/, '')
}

/** Leading blanks count in LT, ST, UT and UC only; trailing ones and the NUL pad nowhere. */
function trimPadding(vr: string, text: string): string {
  const trailing = text.replace(/[ \0]+$/, '')
  return ['LT', 'ST', 'UT', 'UC'].includes(vr) ? trailing : trailing.replace(/^ +/, '')
}

/** Compares every text value with what dcmdump printed. */
export function compareWithDump(ours: JsonDataSet, theirs: DumpDataSet, convertedToUtf8: boolean): Comparison {
  const comparison: Comparison = { differences: [], bulk: [], compared: 0 }
  compareDumpLevel(ours, theirs, '', { comparison, convertedToUtf8 })
  return comparison
}

interface DumpContext {
  readonly comparison: Comparison
  readonly convertedToUtf8: boolean
}

function compareDumpLevel(ours: JsonDataSet, theirs: DumpDataSet, path: string, context: DumpContext): void {
  for (const [tag, expected] of theirs) {
    const actual = ours[tag]
    // `+U8` itself writes (0008,0005), also where the file has none.
    if (tag === specificCharacterSet || tag.endsWith('0000') || actual === undefined) continue
    for (const [index, item] of (expected.items ?? []).entries()) {
      const ourItem = (actual.Value as readonly JsonDataSet[] | undefined)?.[index]
      if (ourItem !== undefined) compareDumpLevel(ourItem, item, `${path}${tag}/${index}/`, context)
    }
    if (expected.text !== undefined) compareDumpText(actual, expected.text, `${path}${tag}`, context)
  }
}

function compareDumpText(actual: JsonElement, shown: string, path: string, context: DumpContext): void {
  const isNumber = actual.vr === 'DS' || actual.vr === 'IS'
  if (!textVrs.has(actual.vr) && !isNumber) return
  // Without conversion dcmdump prints bytes of a character set it does not know: only ASCII can be compared.
  if (!context.convertedToUtf8 && !/^[\x20-\x7e]*$/.test(shown)) return
  const values = ['LT', 'ST', 'UT', 'UR'].includes(actual.vr) ? [shown] : shown.split('\\')
  const expected = values.map((value) => dumpValue(actual.vr, value)).join('\\')
  const ours = textOf(actual.vr, actual.Value)
  context.comparison.compared += 1
  if (ours !== expected)
    context.comparison.differences.push(`${path} ${actual.vr}: ${quote(ours)} (dcmdump ${quote(expected)})`)
}

function dumpValue(vr: string, text: string): string {
  const trimmed = trimPadding(vr, text)
  if (vr === 'PN') return nameText(Object.fromEntries(zipNames(trimmed.split('='))))
  return (vr === 'DS' || vr === 'IS') && trimmed !== '' ? String(Number(trimmed)) : trimmed
}

function zipNames(groups: readonly string[]): readonly (readonly [string, string])[] {
  return ['Alphabetic', 'Ideographic', 'Phonetic'].map((name, index) => [name, groups[index] ?? ''] as const)
}

const quote = (text: string): string => JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text)
const show = (element: PydicomElement): string => JSON.stringify(element).slice(0, 160)
