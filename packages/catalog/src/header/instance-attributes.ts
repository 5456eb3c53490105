import type { InstanceHeader } from '../dicom-model.ts'
import { catalogLimits } from '../limits.ts'
import { cleanDate, cleanInteger, cleanJson, cleanText } from './clean-text.ts'

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

function documentAttributes(header: InstanceHeader): string {
  const { contentDate, contentTime, conceptName } = header.instance
  const date = cleanDate(contentDate)
  const time = cleanText(contentTime, 64)
  const concept = conceptName === undefined || conceptName === null ? undefined : cleanJson(conceptName)
  const extra = {
    ...(date === null ? {} : { '00080023': { vr: 'DA', Value: [date] } }),
    ...(time === null ? {} : { '00080033': { vr: 'TM', Value: [time] } }),
    ...(concept === undefined ? {} : { '0040A043': { vr: 'SQ', Value: Array.isArray(concept) ? concept : [concept] } }),
  }
  const text = JSON.stringify(extra)
  return text === '{}' || text.length > catalogLimits.maxExtraBytes ? '' : text
}
