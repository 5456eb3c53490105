/** PDU types and the parts of them that both directions share (PS3.8 9.3). */
export const pduHeaderBytes = 6
/** PDV item length (4), presentation context id (1), message control header (1). */
export const pdvHeaderBytes = 6

export const pduTypes = {
  'A-ASSOCIATE-RQ': 0x01,
  'A-ASSOCIATE-AC': 0x02,
  'A-ASSOCIATE-RJ': 0x03,
  'P-DATA-TF': 0x04,
  'A-RELEASE-RQ': 0x05,
  'A-RELEASE-RP': 0x06,
  'A-ABORT': 0x07,
} as const
export type PduKind = keyof typeof pduTypes

/** Item types inside A-ASSOCIATE-RQ and -AC (PS3.8 9.3.2, D.3; PS3.7 D.3.3). */
export const itemTypes = {
  applicationContext: 0x10,
  proposedPresentationContext: 0x20,
  presentationContextResult: 0x21,
  abstractSyntax: 0x30,
  transferSyntax: 0x40,
  userInformation: 0x50,
  maximumLength: 0x51,
  implementationClassUid: 0x52,
  asynchronousOperationsWindow: 0x53,
  roleSelection: 0x54,
  implementationVersionName: 0x55,
  extendedNegotiation: 0x56,
  commonExtendedNegotiation: 0x57,
  userIdentity: 0x58,
} as const

/** The DICOM application context (PS3.7 A.2.1). */
export const dicomApplicationContextName = '1.2.840.10008.3.1.1.1'

export interface ProposedPresentationContext {
  readonly id: number
  readonly abstractSyntaxUid: string
  readonly transferSyntaxUids: readonly string[]
}

/** PS3.8 table 9-18. */
export const contextResults = {
  acceptance: 0,
  userRejection: 1,
  noReason: 2,
  abstractSyntaxNotSupported: 3,
  transferSyntaxesNotSupported: 4,
} as const

export interface PresentationContextResult {
  readonly id: number
  /** One of `contextResults`; other values of a peer are kept as they are. */
  readonly result: number
  /** Not significant unless accepted. */
  readonly transferSyntaxUid: string
}

export interface RoleSelection {
  readonly sopClassUid: string
  readonly scuRole: boolean
  readonly scpRole: boolean
}

export interface ExtendedNegotiation {
  readonly sopClassUid: string
  readonly serviceClassApplicationInformation: Uint8Array
}

export interface UserInformation {
  /** 0: no limit (PS3.8 D.1.1). */
  readonly maxPduLengthBytes: number
  readonly implementationClassUid?: string
  readonly implementationVersionName?: string
  /** 0 in either: no limit. */
  readonly asynchronousOperations?: { readonly maxInvoked: number; readonly maxPerformed: number }
  readonly roleSelections: readonly RoleSelection[]
  readonly extendedNegotiations: readonly ExtendedNegotiation[]
  /** PS3.7 D.3.3.7. What the peer says of its user is noted, the secret itself is not kept. */
  readonly userIdentity?: { readonly type: number; readonly positiveResponseRequested: boolean }
}

export interface AssociateRequest {
  readonly kind: 'A-ASSOCIATE-RQ'
  readonly protocolVersion: number
  readonly calledAeTitle: string
  readonly callingAeTitle: string
  readonly applicationContextName: string
  readonly presentationContexts: readonly ProposedPresentationContext[]
  readonly userInformation: UserInformation
}

export interface AssociateAccept {
  readonly kind: 'A-ASSOCIATE-AC'
  readonly protocolVersion: number
  /** Sent back as received; not tested by a requestor (PS3.8 table 9-17). */
  readonly calledAeTitle: string
  readonly callingAeTitle: string
  readonly applicationContextName: string
  readonly presentationContexts: readonly PresentationContextResult[]
  readonly userInformation: UserInformation
}

/** Result 1 permanent, 2 transient; source 1 user, 2 provider (ACSE), 3 provider (presentation); reason per PS3.8 table 9-21. */
export interface AssociateReject {
  readonly kind: 'A-ASSOCIATE-RJ'
  readonly result: number
  readonly source: number
  readonly reason: number
}

/** Source 0 service-user, 2 service-provider; reason per PS3.8 table 9-26. */
export interface Abort {
  readonly kind: 'A-ABORT'
  readonly source: number
  readonly reason: number
}

export interface ReleasePdu {
  readonly kind: 'A-RELEASE-RQ' | 'A-RELEASE-RP'
}

/** Every PDU but P-DATA-TF, which is streamed and never exists as a whole. */
export type ControlPdu = AssociateRequest | AssociateAccept | AssociateReject | ReleasePdu | Abort

/** Reasons of a provider's A-ABORT (PS3.8 table 9-26). */
export const abortReasons = {
  notSpecified: 0,
  unrecognizedPdu: 1,
  unexpectedPdu: 2,
  unrecognizedPduParameter: 4,
  unexpectedPduParameter: 5,
  invalidPduParameter: 6,
} as const
export const abortSources = { serviceUser: 0, serviceProvider: 2 } as const

/** Rejections that this package decides itself (PS3.8 table 9-21). */
export const rejections = {
  protocolVersionNotSupported: { result: 1, source: 2, reason: 2 },
  applicationContextNotSupported: { result: 1, source: 1, reason: 2 },
  temporaryCongestion: { result: 2, source: 3, reason: 1 },
  localLimitExceeded: { result: 2, source: 3, reason: 2 },
} as const
