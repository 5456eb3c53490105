import type { DicomJson, DicomJsonValue, PersonNameJson } from './dicom-json.ts'

/** First value as text, trimmed; `undefined` when absent or empty. `tag` is 'GGGGEEEE'. */
export function textOf(json: DicomJson, tag: string): string | undefined {
  return textOfValue(json[tag]?.Value?.[0])
}

export function textsOf(json: DicomJson, tag: string): readonly string[] {
  return (json[tag]?.Value ?? []).flatMap((value) => textOfValue(value) ?? [])
}

/** First value as an integer; `undefined` when it is none. */
export function integerOf(json: DicomJson, tag: string): number | undefined {
  const value = json[tag]?.Value?.[0]
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

/** Groups joined by '=', empty ones at the end left out. */
export function personNameOf(json: DicomJson, tag: string): string | undefined {
  const value = json[tag]?.Value?.[0]
  if (value === null || typeof value !== 'object') return textOfValue(value)
  const { Alphabetic = '', Ideographic = '', Phonetic = '' } = value as PersonNameJson
  return [Alphabetic, Ideographic, Phonetic].join('=').replace(/=+$/, '') || undefined
}

/** Items of a sequence; none when it is absent, empty or no sequence. */
export function itemsOf(json: DicomJson, tag: string): readonly DicomJson[] {
  const element = json[tag]
  if (element?.vr !== 'SQ') return []
  return (element.Value ?? []).filter((value): value is DicomJson => value !== null && typeof value === 'object')
}

export interface CodedValue {
  readonly code: string
  /** Scheme designator: DCM, SCT, LN, 99… */
  readonly scheme: string
  readonly meaning: string
}

/** Code Sequence Macro (PS3.3 8.8) of an item; `undefined` where it says no code. */
export function codedValueOf(item: DicomJson): CodedValue | undefined {
  const code = textOf(item, '00080100')
  const scheme = textOf(item, '00080102')
  if (code === undefined || scheme === undefined) return undefined
  return { code, scheme, meaning: textOf(item, '00080104') ?? code }
}

/** HL7v2 Hierarchic Designator Macro (PS3.3 10.17) in the sequence `tag`: the universal entity id, else the local name. */
export function designatorOf(json: DicomJson, tag: string): string | undefined {
  const [designator] = itemsOf(json, tag)
  return designator && (textOf(designator, '00400032') ?? textOf(designator, '00400031'))
}

function textOfValue(value: DicomJsonValue | undefined): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value.trim() || undefined : undefined
}
