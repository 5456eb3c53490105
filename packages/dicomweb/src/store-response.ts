import { isAcceptable } from './accept.ts'
import { DicomwebError } from './dicomweb-error.ts'

export const dicomJsonMediaType = 'application/dicom+json'

/** Failure Reason (0008,1197), PS3.18 table I.2-2 and PS3.4 table B.2-1. */
export const storeFailureReasons = {
  processingFailure: 0x0110,
  duplicateSopInstance: 0x0111,
  sopClassNotSupported: 0x0122,
  notAuthorized: 0x0124,
  outOfResources: 0xa700,
  dataSetDoesNotMatchSopClass: 0xa900,
  cannotUnderstand: 0xc000,
  transferSyntaxNotSupported: 0xc122,
} as const

/** Warning Reason (0008,1196), PS3.18 table I.2-1. */
export const storeWarningReasons = {
  coercionOfDataElements: 0xb000,
  elementsDiscarded: 0xb006,
  dataSetDoesNotMatchSopClass: 0xb007,
} as const

/** What became of one part of a store request. */
export type StoreOutcome =
  | {
      readonly kind: 'stored'
      readonly sopClassUid: string
      readonly sopInstanceUid: string
      readonly retrieveUrl?: string
      readonly warningReason?: number
    }
  | {
      readonly kind: 'failed'
      readonly failureReason: number
      /** One line on what was wrong, without values of the data set; answered as Error Comment (0000,0902), cut to 64 characters. */
      readonly errorComment?: string
      /** Absent when the part could not be read so far: it is then counted under Other Failures Sequence. */
      readonly sopClassUid?: string
      readonly sopInstanceUid?: string
    }

export interface StoreResponse {
  readonly status: 200 | 202 | 403 | 409 | 503
  readonly contentType: string
  readonly body: string
}

/** PS3.5 6.2: value length of LO. */
const maxLoLength = 64

interface JsonElement {
  readonly vr: string
  readonly Value?: readonly unknown[]
}
type JsonDataSet = Record<string, JsonElement>

/** The Store Instances Response Module (PS3.18 Annex I) and its status (table 10.5.3-1). `studyUrl` only when all instances share a study. */
export function buildStoreResponse(o: { outcomes: readonly StoreOutcome[]; studyUrl?: string }): StoreResponse {
  const stored: JsonDataSet[] = []
  const failed: JsonDataSet[] = []
  const other: JsonDataSet[] = []
  for (const outcome of o.outcomes) {
    if (outcome.kind === 'stored') stored.push(storedItem(outcome))
    else if (outcome.sopInstanceUid !== undefined) failed.push(failedItem(outcome))
    else other.push(failureElements(outcome))
  }
  const module: JsonDataSet = {}
  if (o.studyUrl !== undefined && stored.length > 0) module['00081190'] = { vr: 'UR', Value: [o.studyUrl] }
  if (failed.length > 0) module['00081198'] = { vr: 'SQ', Value: failed }
  if (stored.length > 0) module['00081199'] = { vr: 'SQ', Value: stored }
  if (other.length > 0) module['0008119A'] = { vr: 'SQ', Value: other }
  return { status: storeStatus(o.outcomes), contentType: dicomJsonMediaType, body: JSON.stringify(module) }
}

/** Throws `not-acceptable` unless the answer may be DICOM JSON; XML is not offered (PS3.18 8.7.3 makes JSON the default). */
export function assertStoreResponseAcceptable(accept: string | undefined): void {
  if (isAcceptable(accept, [dicomJsonMediaType, 'application/json'])) return
  throw new DicomwebError('not-acceptable', 'only application/dicom+json is offered', {
    available: [dicomJsonMediaType],
  })
}

function storedItem(outcome: Extract<StoreOutcome, { kind: 'stored' }>): JsonDataSet {
  const item: JsonDataSet = {
    '00081150': { vr: 'UI', Value: [outcome.sopClassUid] },
    '00081155': { vr: 'UI', Value: [outcome.sopInstanceUid] },
  }
  if (outcome.retrieveUrl !== undefined) item['00081190'] = { vr: 'UR', Value: [outcome.retrieveUrl] }
  if (outcome.warningReason !== undefined) item['00081196'] = { vr: 'US', Value: [outcome.warningReason] }
  return item
}

function failedItem(outcome: Extract<StoreOutcome, { kind: 'failed' }>): JsonDataSet {
  return {
    '00081150': outcome.sopClassUid === undefined ? { vr: 'UI' } : { vr: 'UI', Value: [outcome.sopClassUid] },
    '00081155': { vr: 'UI', Value: [outcome.sopInstanceUid] },
    ...failureElements(outcome),
  }
}

function failureElements(outcome: Extract<StoreOutcome, { kind: 'failed' }>): JsonDataSet {
  const comment = outcome.errorComment?.slice(0, maxLoLength)
  return {
    ...(comment && { '00000902': { vr: 'LO', Value: [comment] } }),
    '00081197': { vr: 'US', Value: [outcome.failureReason] },
  }
}

function storeStatus(outcomes: readonly StoreOutcome[]): StoreResponse['status'] {
  const failures = outcomes.filter((outcome) => outcome.kind === 'failed')
  const hasWarning = outcomes.some((outcome) => outcome.kind === 'stored' && outcome.warningReason !== undefined)
  if (failures.length < outcomes.length) return failures.length > 0 || hasWarning ? 202 : 200
  // Reasons that another attempt or another caller would cure have a status of their own; all others are conflicts.
  if (failures.length > 0 && failures.every((f) => (f.failureReason & 0xff00) === 0xa700)) return 503
  if (failures.length > 0 && failures.every((f) => f.failureReason === storeFailureReasons.notAuthorized)) return 403
  return 409
}
