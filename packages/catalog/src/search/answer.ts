import type { DicomJson, DicomJsonElement, DicomJsonValue, PersonNameJson, Query } from '@vna/dicom'
import { type Attribute, extraInstanceTags } from './attributes.ts'

/** A row of a search as DICOM JSON (PS3.18 Annex F): an attribute without value is there, empty (F.2.5). */
export function answerOf(query: Query, attributes: readonly Attribute[], row: Record<string, unknown>): DicomJson {
  const elements = attributes.map((attribute, index): [number, DicomJsonElement] => [
    attribute.tag,
    elementOf(attribute.vr, row[`c${index}`]),
  ])
  const sorted = [...elements, ...extraElements(query, row.extra)].sort(([a], [b]) => a - b)
  return Object.fromEntries(sorted.map(([tag, element]) => [tagText(tag), element]))
}

function extraElements(query: Query, extra: unknown): readonly [number, DicomJsonElement][] {
  if (typeof extra !== 'string' || extra === '') return []
  const elements: DicomJson = JSON.parse(extra)
  const isWanted = (tag: number) => query.includeFields === 'all' || query.includeFields.includes(tag)
  return extraInstanceTags.flatMap((tag) => {
    const element = elements[tagText(tag)]
    return element !== undefined && isWanted(tag) ? [[tag, element] as [number, DicomJsonElement]] : []
  })
}

function tagText(tag: number): string {
  return tag.toString(16).toUpperCase().padStart(8, '0')
}

function elementOf(vr: string, value: unknown): DicomJsonElement {
  if (value === null || value === undefined || value === '') return { vr }
  // Request Attributes Sequence as it was registered.
  if (vr === 'SQ') return { vr, Value: (Array.isArray(value) ? value : [value]) as readonly DicomJsonValue[] }
  if (vr === 'PN') return { vr, Value: String(value).split('\\').map(personNameOf) }
  if (typeof value === 'number') return { vr, Value: [value] }
  return { vr, Value: String(value).split('\\') }
}

/** Component groups by name; an empty one is left out (F.2.2). */
function personNameOf(name: string): PersonNameJson {
  const [alphabetic, ideographic, phonetic] = name.split('=')
  return {
    ...(alphabetic ? { Alphabetic: alphabetic } : {}),
    ...(ideographic ? { Ideographic: ideographic } : {}),
    ...(phonetic ? { Phonetic: phonetic } : {}),
  }
}
