import type { Query, QueryLevel } from '@vna/dicom'
import { type Attribute, type AttributeLevel, attributesByLevel, everyLevelTags } from './attributes.ts'

const patientTags: readonly number[] = [0x00080005, 0x00100010, 0x00100020, 0x00100021, 0x00100030, 0x00100040]
const studyInstanceUidTag = 0x0020000d
const seriesInstanceUidTag = 0x0020000e

/** Levels whose attributes a query of this level may name (relational queries included). */
export function visibleLevels(level: QueryLevel): readonly AttributeLevel[] {
  switch (level) {
    case 'patient':
    case 'study':
      return ['study']
    case 'series':
      return ['study', 'series']
    case 'instance':
      return ['study', 'series', 'instance']
  }
}

/**
 * What an answer holds (PS3.18 10.6.3.3): the attributes of its level, those of the levels above that the request does not
 * fix by a UID, the matched keys, the fields asked for, and always the UIDs above.
 */
export function selectedAttributes(query: Query): readonly Attribute[] {
  const asked = new Set(query.keys.filter((key) => (key.path?.length ?? 0) === 0).map((key) => key.tag))
  const included = query.includeFields === 'all' ? undefined : new Set(query.includeFields)
  const isWanted = (attribute: Attribute) =>
    included === undefined ||
    included.has(attribute.tag) ||
    asked.has(attribute.tag) ||
    isDefaultFor(query, attribute) ||
    attribute.tag === studyInstanceUidTag ||
    attribute.tag === seriesInstanceUidTag
  return visibleLevels(query.level)
    .flatMap((level) => attributesByLevel[level])
    .filter((attribute) => query.level !== 'patient' || patientTags.includes(attribute.tag))
    .filter(isWanted)
    .sort((a, b) => a.tag - b.tag)
}

function isDefaultFor(query: Query, attribute: Attribute): boolean {
  if (!attribute.isDefault) return false
  if (attribute.level === query.level || query.level === 'patient') return true
  if (everyLevelTags.includes(attribute.tag)) return true
  return !isFixed(query, attribute.level === 'study' ? studyInstanceUidTag : seriesInstanceUidTag)
}

/** The request names one study (or series), so the attributes of that level are known to the caller. */
function isFixed(query: Query, tag: number): boolean {
  return query.keys.some((key) => key.tag === tag && (key.path?.length ?? 0) === 0 && key.match.kind === 'single')
}
