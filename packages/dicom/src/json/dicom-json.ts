/** PS3.18 F.2.5: only the groups that hold something. */
export interface PersonNameJson {
  readonly Alphabetic?: string
  readonly Ideographic?: string
  readonly Phonetic?: string
}

export type DicomJsonValue = string | number | null | PersonNameJson | DicomJson

export interface DicomJsonElement {
  readonly vr: string
  /** Absent when empty (PS3.18 F.2.5). */
  readonly Value?: readonly DicomJsonValue[]
  readonly BulkDataURI?: string
  /** Base64 of the value in little endian. */
  readonly InlineBinary?: string
}

/** Keys are 'GGGGEEEE'. An interface, because a type alias cannot contain itself through Record. */
export interface DicomJson {
  readonly [tag: string]: DicomJsonElement
}

/**
 * JSON text with the attributes in ascending order (PS3.18 F.2.2). JSON.stringify alone would move tags that look like
 * array indices, such as '30060020', to the front.
 */
export function serializeDicomJson(json: DicomJson): string {
  const keys = Object.keys(json)
  // Index-like keys come first in every object, so the first key tells whether there are any.
  if (keys.length > 1 && (keys[0] as string).charCodeAt(0) !== 0x30) keys.sort()
  return `{${keys.map((key) => `"${key}":${serializeElement(json[key] as DicomJsonElement)}`).join(',')}}`
}

/** The text of one element, likewise. */
export function serializeElement(element: DicomJsonElement): string {
  if (element.vr !== 'SQ' || !element.Value) return JSON.stringify(element)
  const items = element.Value.map((item) => (item === null ? 'null' : serializeDicomJson(item as DicomJson)))
  return `{"vr":"SQ","Value":[${items.join(',')}]}`
}
