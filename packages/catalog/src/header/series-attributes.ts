import { cleanDate, cleanInteger, cleanJson, cleanText } from '@vna/database'
import type { InstanceHeader } from '@vna/dicom'
import { catalogLimits } from '../limits.ts'

/** What one header says of its series, as the columns of `series` hold it. */
export interface SeriesAttributes {
  readonly modality: string | null
  readonly seriesNumber: number | null
  readonly description: string | null
  readonly bodyPart: string | null
  readonly laterality: string | null
  readonly stationName: string | null
  readonly institutionName: string | null
  readonly protocolName: string | null
  readonly performedStartDate: string | null
  readonly performedStartTime: string | null
  readonly requestAttributes: unknown
}

export function seriesAttributesOf(header: InstanceHeader): SeriesAttributes {
  const { series } = header
  return {
    modality: cleanText(series.modality, 64),
    seriesNumber: cleanInteger(series.number),
    description: cleanText(series.description),
    bodyPart: cleanText(series.bodyPart, 64),
    laterality: cleanText(series.laterality, 16),
    stationName: cleanText(series.stationName),
    institutionName: cleanText(series.institutionName),
    protocolName: cleanText(series.protocolName),
    performedStartDate: cleanDate(series.performedProcedureStepStartDate),
    performedStartTime: cleanText(series.performedProcedureStepStartTime, 64),
    requestAttributes: boundedJson(series.requestAttributes),
  }
}

function boundedJson(value: readonly unknown[] | undefined): unknown {
  if (value === undefined || value.length === 0) return null
  const cleaned = cleanJson(value)
  return JSON.stringify(cleaned).length <= catalogLimits.maxRequestAttributesBytes ? cleaned : null
}
