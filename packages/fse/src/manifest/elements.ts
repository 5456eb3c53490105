import type { CodedValue } from '@vna/dicom'

export type ElementValue = string | number | DataSet
export interface DataSet {
  readonly [tag: string]: { readonly vr: string; readonly Value: readonly ElementValue[] }
}

/** One attribute; `undefined` is type 2: present and empty. */
export function element(tag: string, vr: string, value?: string | number | undefined): DataSet {
  return { [tag]: { vr, Value: value === undefined || value === '' ? [] : [value] } }
}

/** Left out where there is no value (type 3). */
export function optional(tag: string, vr: string, value: string | number | undefined): DataSet {
  return value === undefined || value === '' ? {} : element(tag, vr, value)
}

export function sequence(tag: string, ...items: readonly DataSet[]): DataSet {
  return { [tag]: { vr: 'SQ', Value: items } }
}

export function codeItem(concept: CodedValue): DataSet {
  return {
    ...element('00080100', 'SH', concept.code),
    ...element('00080102', 'SH', concept.scheme),
    ...element('00080104', 'LO', concept.meaning),
  }
}

/** HL7v2 Hierarchic Designator (PS3.3 10.14) for an OID; a local name becomes Local Namespace Entity ID. */
export function issuerItem(issuer: string): DataSet {
  if (!isOid(issuer)) return element('00400031', 'UT', issuer)
  return { ...element('00400032', 'UT', issuer), ...element('00400033', 'CS', 'ISO') }
}

export function isOid(text: string): boolean {
  return /^[0-2](\.(0|[1-9]\d*))+$/.test(text)
}
