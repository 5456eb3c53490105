/** What a Store Instances Response (PS3.18 Annex I) says of each instance. */
export interface StoreAnswer {
  readonly stored: ReadonlyMap<string, { readonly isWarning: boolean }>
  readonly failed: ReadonlyMap<string, { readonly reason: number; readonly comment: string }>
}

interface JsonElement {
  readonly Value?: readonly unknown[]
}
type JsonDataSet = Readonly<Record<string, JsonElement | undefined>>

const failedSopSequence = '00081198'
const referencedSopSequence = '00081199'
const referencedSopInstanceUid = '00081155'
const warningReason = '00081196'
const failureReason = '00081197'
const errorComment = '00000902'
/** PS3.4 B.2.3: cannot understand. */
const noReasonGiven = 0xc000

/** `undefined` for an answer that is not DICOM JSON. */
export function parseStoreAnswer(body: string): StoreAnswer | undefined {
  const module = parseDataSet(body)
  if (module === undefined) return undefined
  const stored = new Map<string, { isWarning: boolean }>()
  for (const item of itemsOf(module, referencedSopSequence)) {
    stored.set(textOf(item, referencedSopInstanceUid), { isWarning: item[warningReason] !== undefined })
  }
  const failed = new Map<string, { reason: number; comment: string }>()
  for (const item of itemsOf(module, failedSopSequence)) {
    const reason = Number(item[failureReason]?.Value?.[0] ?? noReasonGiven)
    failed.set(textOf(item, referencedSopInstanceUid), { reason, comment: textOf(item, errorComment) })
  }
  return { stored, failed }
}

function parseDataSet(body: string): JsonDataSet | undefined {
  try {
    const parsed: unknown = JSON.parse(body)
    const dataSet = Array.isArray(parsed) ? parsed[0] : parsed
    return typeof dataSet === 'object' && dataSet !== null ? (dataSet as JsonDataSet) : undefined
  } catch {
    return undefined
  }
}

function itemsOf(dataSet: JsonDataSet, tag: string): readonly JsonDataSet[] {
  return (dataSet[tag]?.Value ?? []).filter((item): item is JsonDataSet => typeof item === 'object' && item !== null)
}

function textOf(dataSet: JsonDataSet, tag: string): string {
  return String(dataSet[tag]?.Value?.[0] ?? '')
}
