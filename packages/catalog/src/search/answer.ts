import type { DicomJson, DicomJsonElement, Query } from '../dicom-model.ts'
import { type Attribute, extraInstanceTags } from './attributes.ts'

/** A row of a search as DICOM JSON (PS3.18 Annex F): an attribute without value is there, empty (F.2.5). */
export function answerOf(query: Query, attributes: readonly Attribute[], row: Record<string, unknown>): DicomJson {
  const answer: DicomJson = {}
  attributes.forEach((attribute, index) => {
    answer[tagText(attribute.tag)] = elementOf(attribute.vr, row[`c${index}`])
  })
  if (query.level === 'instance' && typeof row.extra === 'string' && row.extra !== '') {
    addExtra(query, answer, JSON.parse(row.extra))
  }
  return answer
}

function addExtra(query: Query, answer: DicomJson, extra: DicomJson): void {
  for (const tag of extraInstanceTags) {
    const element = extra[tagText(tag)]
    const isWanted = query.includeFields === 'all' || query.includeFields.includes(tag)
    if (element !== undefined && isWanted) answer[tagText(tag)] = element
  }
}

function tagText(tag: number): string {
  return tag.toString(16).toUpperCase().padStart(8, '0')
}

function elementOf(vr: string, value: unknown): DicomJsonElement {
  if (value === null || value === undefined || value === '') return { vr }
  if (vr === 'SQ') return { vr, Value: Array.isArray(value) ? value : [value] }
  if (vr === 'PN') return { vr, Value: String(value).split('\\').map(personNameOf) }
  if (typeof value === 'number') return { vr, Value: [value] }
  return { vr, Value: String(value).split('\\') }
}

/** Component groups by name; an empty one is left out (F.2.2). */
function personNameOf(name: string): Record<string, string> {
  const [alphabetic, ideographic, phonetic] = name.split('=')
  return {
    ...(alphabetic ? { Alphabetic: alphabetic } : {}),
    ...(ideographic ? { Ideographic: ideographic } : {}),
    ...(phonetic ? { Phonetic: phonetic } : {}),
  }
}
