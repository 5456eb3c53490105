/** What a Store Instances Response (PS3.18 Annex I) says of each instance. */
export type StoreAnswer = {
  readonly stored: ReadonlyMap<string, { readonly isWarning: boolean }>
  readonly failed: ReadonlyMap<string, { readonly reason: number; readonly comment: string }>
}

type JsonElement = { readonly Value?: readonly unknown[] }
type JsonDataSet = Readonly<Record<string, JsonElement | undefined>>

const FAILED_SOP_SEQUENCE = '00081198'
const REFERENCED_SOP_SEQUENCE = '00081199'
const REFERENCED_SOP_INSTANCE_UID = '00081155'
const WARNING_REASON = '00081196'
const FAILURE_REASON = '00081197'
const ERROR_COMMENT = '00000902'
/** PS3.4 B.2.3: cannot understand. */
const NO_REASON_GIVEN = 0xc000

/** `undefined` for an answer that is not DICOM JSON. */
export function parseStoreAnswer(body: string): StoreAnswer | undefined {
  const module = parseDataSet(body)
  if (module === undefined) return undefined
  const stored = new Map<string, { isWarning: boolean }>()
  for (const item of itemsOf(module, REFERENCED_SOP_SEQUENCE)) {
    stored.set(textOf(item, REFERENCED_SOP_INSTANCE_UID), { isWarning: item[WARNING_REASON] !== undefined })
  }
  const failed = new Map<string, { reason: number; comment: string }>()
  for (const item of itemsOf(module, FAILED_SOP_SEQUENCE)) {
    const reason = Number(item[FAILURE_REASON]?.Value?.[0] ?? NO_REASON_GIVEN)
    failed.set(textOf(item, REFERENCED_SOP_INSTANCE_UID), { reason, comment: textOf(item, ERROR_COMMENT) })
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
