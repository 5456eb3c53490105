import type { CodedRow } from './manifest-study.ts'

type Item = Readonly<Record<string, { readonly Value?: readonly unknown[] } | undefined>>

/** The first text of an attribute in an item of DICOM JSON. */
export function textOf(item: Item | undefined, tag: string): string | undefined {
  const value = item?.[tag]?.Value?.[0]
  if (typeof value !== 'string') return undefined
  return value.trim() === '' ? undefined : value.trim()
}

export function itemOf(item: Item | undefined, tag: string): Item | undefined {
  const value = item?.[tag]?.Value?.[0]
  return value !== null && typeof value === 'object' ? (value as Item) : undefined
}

/** Code Sequence Macro (PS3.3 8.8); absent where it says no code. */
export function codeOf(item: Item | undefined): CodedRow | undefined {
  const code = textOf(item, '00080100')
  const scheme = textOf(item, '00080102')
  if (code === undefined || scheme === undefined) return undefined
  return { code, scheme, meaning: textOf(item, '00080104') ?? code }
}

/** HL7v2 Hierarchic Designator Macro (PS3.3 10.14): the OID, else the local name. */
export function issuerOf(item: Item | undefined): string | undefined {
  return textOf(item, '00400032') ?? textOf(item, '00400031')
}

export function itemsOf(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value.filter((item) => item !== null && typeof item === 'object') : []
}
