import { cleanDate, cleanInteger, cleanText } from '@vna/database'
import type { DicomJson, InstanceHeader } from '@vna/dicom'

/** In `instances.instance_number`: absent. Outside what cleanInteger lets through. */
export const absentInstanceNumber = -2_147_483_648

/** What one header says of its instance, as the columns of `instances` hold it; 0 and '' mean absent. */
export interface InstanceAttributes {
  readonly instanceNumber: number
  readonly numberOfFrames: number
  readonly rows: number
  readonly columns: number
  readonly bitsAllocated: number
  readonly extra: string
}

export function instanceAttributesOf(header: InstanceHeader): InstanceAttributes {
  const { instance } = header
  const rows = cleanInteger(instance.rows) ?? 0
  return {
    instanceNumber: cleanInteger(instance.number) ?? absentInstanceNumber,
    numberOfFrames: cleanInteger(instance.numberOfFrames) ?? 0,
    rows,
    columns: cleanInteger(instance.columns) ?? 0,
    bitsAllocated: smallint(instance.bitsAllocated),
    // An image is found by its number; of a document the date and the title are what a reader looks for.
    extra: rows === 0 ? documentAttributes(header) : '',
  }
}

function smallint(value: unknown): number {
  const number = cleanInteger(value) ?? 0
  return number >= 0 && number <= 32_767 ? number : 0
}

function documentAttributes({ instance }: InstanceHeader): string {
  const extra: DicomJson = {
    ...textElement('00080023', 'DA', cleanDate(instance.contentDate)),
    ...textElement('00080033', 'TM', cleanText(instance.contentTime, 64)),
    ...conceptElement(instance.conceptName),
    ...textElement('0040A491', 'CS', cleanText(instance.completionFlag, 16)),
    ...textElement('0040A493', 'CS', cleanText(instance.verificationFlag, 16)),
    ...textElement('00420010', 'ST', cleanText(instance.documentTitle)),
  }
  return Object.keys(extra).length === 0 ? '' : JSON.stringify(extra)
}

function textElement(tag: string, vr: string, value: string | null): DicomJson {
  return value === null ? {} : { [tag]: { vr, Value: [value] } }
}

/** Concept Name Code Sequence with its one item. */
function conceptElement(concept: InstanceHeader['instance']['conceptName']): DicomJson {
  const value = cleanText(concept?.value)
  if (value === null) return {}
  const item = {
    ...textElement('00080100', 'SH', value),
    ...textElement('00080102', 'SH', cleanText(concept?.scheme)),
    ...textElement('00080104', 'LO', cleanText(concept?.meaning)),
  }
  return { '0040A043': { vr: 'SQ', Value: [item] } }
}
