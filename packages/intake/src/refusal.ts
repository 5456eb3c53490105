/** Why an instance was not kept, in the words of both protocols. */
export type RefusalCode =
  | 'cannot-understand'
  | 'not-part10'
  | 'truncated'
  | 'missing-uid'
  | 'invalid-sop-class-uid'
  | 'invalid-sop-instance-uid'
  | 'invalid-transfer-syntax-uid'
  | 'study-mismatch'
  | 'sop-class-not-supported'
  | 'too-large'
  | 'journal-full'
  | 'not-authorized'
  | 'processing-failure'

/** PS3.7 Annex C and PS3.4 B.2.3: C-STORE statuses; PS3.18 I.2.2 uses the same numbers as Failure Reasons. */
export const storeStatus = {
  success: 0x0000,
  processingFailure: 0x0110,
  notAuthorized: 0x0124,
  invalidSopInstance: 0x0117,
  sopClassNotSupported: 0x0122,
  outOfResources: 0xa700,
  dataSetDoesNotMatchSopClass: 0xa900,
  cannotUnderstand: 0xc000,
  /** PS3.18 I.2.2; among the C-STORE statuses it is one of "cannot understand" (PS3.4 B.2.3: Cxxx). */
  transferSyntaxNotSupported: 0xc122,
} as const

interface RefusalWords {
  readonly status: number
  /** At most 64 characters: it travels in Error Comment (0000,0902), VR LO. */
  readonly comment: string
}

const words: Readonly<Record<RefusalCode, RefusalWords>> = {
  'cannot-understand': { status: storeStatus.cannotUnderstand, comment: 'Data set cannot be parsed' },
  'not-part10': {
    status: storeStatus.cannotUnderstand,
    comment: 'Not a DICOM Part 10 file with File Meta Information',
  },
  truncated: { status: storeStatus.cannotUnderstand, comment: 'Data set ends before its declared length' },
  'missing-uid': {
    status: storeStatus.dataSetDoesNotMatchSopClass,
    comment: 'SOP Class UID or SOP Instance UID is missing',
  },
  'invalid-sop-class-uid': {
    status: storeStatus.sopClassNotSupported,
    comment: 'SOP Class UID is not a valid UID',
  },
  'invalid-sop-instance-uid': {
    status: storeStatus.invalidSopInstance,
    comment: 'SOP Instance UID is not a valid UID',
  },
  'invalid-transfer-syntax-uid': {
    status: storeStatus.transferSyntaxNotSupported,
    comment: 'Transfer Syntax UID is not a valid UID',
  },
  'study-mismatch': {
    status: storeStatus.dataSetDoesNotMatchSopClass,
    comment: 'Study Instance UID differs from the one in the request',
  },
  'sop-class-not-supported': {
    status: storeStatus.sopClassNotSupported,
    comment: 'SOP class is not a storage SOP class',
  },
  'too-large': { status: storeStatus.outOfResources, comment: 'Instance is larger than this archive accepts' },
  'journal-full': { status: storeStatus.outOfResources, comment: 'Archive has no room at the moment' },
  'not-authorized': { status: storeStatus.notAuthorized, comment: 'The entity may not store' },
  'processing-failure': { status: storeStatus.processingFailure, comment: 'Archive could not keep the instance' },
}

const maxCommentCharacters = 64

/** An instance that was not kept. Nothing in it names a patient: codes, tags and offsets only. */
export interface Refusal {
  readonly kind: 'refused'
  readonly code: RefusalCode
  readonly status: number
  readonly comment: string
}

export function refusal(code: RefusalCode, detail?: string): Refusal {
  const { status, comment } = words[code]
  const whole = detail === undefined ? comment : `${comment}: ${detail}`
  return { kind: 'refused', code, status, comment: whole.slice(0, maxCommentCharacters) }
}
